"""Writers that put the wrong rows into the tables; commits and offsets are as they should be."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pyarrow as pa

from reference.decode.records import Record
from reference.protocol.decisions import LakeOffsets
from reference.protocol.offsets import Range
from reference.writer.decoding import DecodedBatch
from reference.writer.flush import Batch, Flusher

EVERY = 1000
"""One in so many goes wrong, by the process's own count, from the first: a short run has one, too."""


class _OneInMany:
    """Says True to the first question and to every EVERY-th after it."""

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self) -> bool:
        return next(self._numbers) % EVERY == 0


class DroppingFlusher(Flusher):
    """Leaves some records out of all three tables, and moves the offsets past them."""

    _goes_wrong = _OneInMany()

    def flush(self, batch: Batch, lake: LakeOffsets) -> bool:
        """Write less than the batch."""
        kept = [record for record in batch.records if not self._goes_wrong()]
        return super().flush(replace(batch, records=kept), lake)


class SwappingFlusher(Flusher):
    """Writes some records at the offset of the record after them, and that one at theirs."""

    _goes_wrong = _OneInMany()

    def flush(self, batch: Batch, lake: LakeOffsets) -> bool:
        """Write the batch in another order."""
        records = list(batch.records)
        for i in range(len(records) - 1):
            if records[i].partition == records[i + 1].partition and self._goes_wrong():
                records[i : i + 2] = _swapped(records[i], records[i + 1])
        return super().flush(replace(batch, records=records), lake)


class FlippingFlusher(Flusher):
    """Writes some payloads to bronze with a byte that is not theirs; the checksum that came with them stays."""

    _goes_wrong = _OneInMany()

    def _rows(self, name: str, ranges: Sequence[Range], batch: Batch, decoded: DecodedBatch) -> pa.Table:
        rows = super()._rows(name, ranges, batch, decoded)
        if name != "bronze":
            return rows
        payloads = [_flipped(p) if p and self._goes_wrong() else p for p in rows["payload"].to_pylist()]
        column = rows.schema.get_field_index("payload")
        return rows.set_column(column, rows.schema.field(column), pa.array(payloads, pa.binary()))


class TwoTablesFlusher(Flusher):
    """Puts some good records into quarantine, and into silver all the same."""

    _goes_wrong = _OneInMany()

    def _rows(self, name: str, ranges: Sequence[Range], batch: Batch, decoded: DecodedBatch) -> pa.Table:
        if name == "quarantine":
            decoded = replace(decoded, decode=replace(decoded.decode, failed=self._also_failed(batch, decoded)))
        return super()._rows(name, ranges, batch, decoded)

    def _also_failed(self, batch: Batch, decoded: DecodedBatch) -> dict[int, dict[int, tuple[str, ...]]]:
        failed = {partition: dict(offsets) for partition, offsets in decoded.decode.failed.items()}
        for record in batch.records:
            here = failed.setdefault(record.partition, {})
            if record.offset not in here and self._goes_wrong():
                here[record.offset] = ("nothing is wrong with it",)
        return failed


class DiscardingFlusher(Flusher):
    """Drops what cannot be decoded; quarantine gets no row, only the offsets."""

    def _rows(self, name: str, ranges: Sequence[Range], batch: Batch, decoded: DecodedBatch) -> pa.Table:
        rows = super()._rows(name, ranges, batch, decoded)
        return rows.slice(0, 0) if name == "quarantine" else rows


def _swapped(first: Record, second: Record) -> tuple[Record, Record]:
    return second._replace(offset=first.offset), first._replace(offset=second.offset)


def _flipped(payload: bytes) -> bytes:
    middle = len(payload) // 2
    return payload[:middle] + bytes((payload[middle] ^ 0x01,)) + payload[middle + 1 :]
