"""A batch of records into the three tables: decode, pin, then bronze, quarantine, silver, each fenced and journaled."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from reference.contract.decoding import DecodeContract
from reference.decode.decoder import Decoder, Envelope, open_envelope, unknown_version_reason
from reference.decode.records import Record
from reference.errors import DecoderDisagrees, PipelineError
from reference.lake.files import PartitionedFiles
from reference.lake.iceberg_table import IcebergTable
from reference.lake.pin_store import PinStore
from reference.protocol.commit import commit
from reference.protocol.decisions import COMMIT_ORDER, LakeOffsets, rest_of, spent_pins
from reference.protocol.offsets import Range, next_offset_properties
from reference.protocol.pins import Pin, PinnedDecode, pin_key, pin_value
from reference.protocol.summary import CommitSummary
from reference.state.batch_entry import BatchEntry
from reference.writer.journaling import Timing, landed
from reference.writer.rows import bronze_rows, quarantine_rows, silver_rows

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Records of one or more partitions.

    Attributes:
        ranges: the offsets that the batch covers, one range for each partition, gaps included.
        records: the records in those ranges, in order within a partition.
        pin: digest of the decode to follow, where bronze has these ranges already.
    """

    ranges: Sequence[Range]
    records: Sequence[Record]
    pin: str | None


@dataclass(frozen=True)
class DecodedBatch:
    """What each table would get of a batch, and how that was decided."""

    decode: PinnedDecode
    envelopes: Sequence[Envelope]
    orders: pa.Table


@dataclass(frozen=True)
class Work:
    """A batch under way: decoded, that decode's digest, and how long it took in nanoseconds."""

    batch: Batch
    decoded: DecodedBatch
    digest: str
    decode_ns: int


class Flusher:
    """Writes batches of one topic."""

    def __init__(
        self,
        topic_id: str,
        writer: str,
        tables: Mapping[str, IcebergTable],
        files: PartitionedFiles,
        pins: PinStore,
        decoder: Decoder,
        registered: Callable[[Collection[str]], frozenset[str]],
        latest_purchase: Callable[[], date],
        failpoint: Callable[[str], None],
        pause: Callable[[int], None],
        journal: Callable[[Sequence[BatchEntry]], None],
        now_ns: Callable[[], int],
    ) -> None:
        self._topic_id = topic_id
        self._writer = writer
        self._tables = tables
        self._files = files
        self._pins = pins
        self._decoder = decoder
        self._registered = registered
        self._latest_purchase = latest_purchase
        self._failpoint = failpoint
        self._pause = pause
        self._journal = journal
        self._now_ns = now_ns

    def read_offsets(self, partitions: Collection[int]) -> LakeOffsets:
        """The three tables' offsets, for a writer of these partitions.

        Others may commit between two reads. So they are read against the order of commits, and again until they fit
        together or stay as they are: what does not fit then is wrong with the tables.
        """
        last = None
        while True:
            silver, quarantine, bronze = (self._tables[name].load() for name in reversed(COMMIT_ORDER))
            lake = LakeOffsets(bronze, quarantine, silver)
            if lake.fits_together(partitions) or lake.of(partitions) == last:
                return lake
            last = lake.of(partitions)

    def flush(self, batch: Batch, lake: LakeOffsets) -> bool:
        """Write `batch`; False when another writer moved the offsets, and what was not committed is dropped.

        Args:
            lake: the offsets as they were when the batch was cut.
        """
        began_ns = self._now_ns()
        decoded = self._decode(batch)
        decode_ns = self._now_ns() - began_ns
        digest = batch.pin if batch.pin is not None else self._pins.put(decoded.decode)
        work = Work(batch, decoded, digest, decode_ns)
        self._failpoint("pinned")
        for name in COMMIT_ORDER:
            ranges = [rest for r in batch.ranges if (rest := rest_of(r, lake[name].next_offset(r.partition)))]
            if ranges and not self._commit(name, ranges, work, lake):
                log.warning("%s: another writer was first with %s; dropped", name, _spelled(ranges))
                return False
        return True

    def _commit(self, name: str, ranges: Sequence[Range], work: Work, lake: LakeOffsets) -> bool:
        began_ns = self._now_ns()
        rows = self._rows(name, ranges, work.batch, work.decoded)
        files = self._files.write(self._tables[name].table.metadata, rows)
        written_ns = self._now_ns()
        properties = next_offset_properties(self._topic_id, ranges)
        removals: list[str] = []
        if name == "bronze":
            properties |= {
                pin_key(self._topic_id, r.partition, r.first): pin_value(Pin(r.first, r.end, work.digest))
                for r in ranges
            }
            removals = spent_pins(lake, self._topic_id, [r.partition for r in ranges])
        counts = Counter(rows["partition"].to_pylist())
        summary = CommitSummary(
            self._topic_id, ranges, [counts[r.partition] for r in ranges], work.digest, self._writer
        )
        self._failpoint(f"written-{name}")
        done = commit(
            table=self._tables[name],
            ranges=ranges,
            files=files,
            properties=properties,
            removals=removals,
            summary=summary.to_properties(),
            pause=self._pause,
            checked=lambda: self._failpoint(f"committing-{name}"),
        )
        landed_ns = self._now_ns()
        self._failpoint(f"committed-{name}")
        if done:
            timing = Timing(landed_ns, work.decode_ns, written_ns - began_ns, landed_ns - written_ns)
            self._journal(landed(name, summary, files, timing))
        return done

    def _decode(self, batch: Batch) -> DecodedBatch:
        envelopes = [open_envelope(record) for record in batch.records]
        if batch.pin is not None:
            return self._decode_pinned(batch.records, envelopes, self._pins.get(batch.pin))
        versions = {e.schema_version for e in envelopes if e.schema_version is not None}
        contract = DecodeContract(self._decoder.version, self._registered(versions), self._latest_purchase())
        good, failed = _sort_out(batch.records, envelopes, contract)
        decoded = self._decoder.decode([envelopes[i].payload or b"" for i in good], contract)
        for index, reasons in decoded.failed.items():
            record = batch.records[good[index]]
            failed.setdefault(record.partition, {})[record.offset] = reasons
        return DecodedBatch(PinnedDecode(contract, failed), envelopes, decoded.orders)

    def _decode_pinned(
        self, records: Sequence[Record], envelopes: Sequence[Envelope], pinned: PinnedDecode
    ) -> DecodedBatch:
        """Who failed is taken from the pin; all others must decode now as they did then."""
        if pinned.contract.decoder != self._decoder.version:
            log.info("redoing a range that %s decoded with %s", pinned.contract.decoder, self._decoder.version)
        good = [i for i, r in enumerate(records) if r.offset not in pinned.failed.get(r.partition, {})]
        decoded = self._decoder.decode([envelopes[i].payload or b"" for i in good], pinned.contract)
        for index, reasons in decoded.failed.items():
            record = records[good[index]]
            raise DecoderDisagrees(
                record.partition,
                f"offset {record.offset}: decoder {pinned.contract.decoder} accepted it "
                f"when bronze was written, {self._decoder.version} does not ({'; '.join(reasons)}); run the writer "
                f"with a version that has {pinned.contract.decoder} until quarantine and silver are past this offset",
            )
        return DecodedBatch(pinned, envelopes, decoded.orders)

    def _rows(self, name: str, ranges: Sequence[Range], batch: Batch, decoded: DecodedBatch) -> pa.Table:
        """The rows that `ranges` add to one table."""
        bounds = {r.partition: r for r in ranges}
        failed = decoded.decode.failed
        chosen: list[int] = []
        orders: list[int] = []
        order = 0
        for i, record in enumerate(batch.records):
            is_failed = record.offset in failed.get(record.partition, {})
            bound = bounds.get(record.partition)
            inside = bound is not None and bound.first <= record.offset < bound.end
            if inside and (name == "bronze" or is_failed == (name == "quarantine")):
                chosen.append(i)
                orders.append(order)
            order += not is_failed
        records, envelopes = [batch.records[i] for i in chosen], [decoded.envelopes[i] for i in chosen]
        if name == "bronze":
            return bronze_rows(self._topic_id, records, envelopes)
        if name == "quarantine":
            reasons = [failed[r.partition][r.offset] for r in records]
            return quarantine_rows(self._topic_id, records, envelopes, reasons)
        return silver_rows(self._topic_id, records, envelopes, decoded.orders.take(pa.array(orders, pa.int64())))


def _sort_out(
    records: Sequence[Record], envelopes: Sequence[Envelope], contract: DecodeContract
) -> tuple[list[int], dict[int, dict[int, tuple[str, ...]]]]:
    """Indexes of the records whose payload a decoder may look at; for the others, by partition and offset, why not."""
    good: list[int] = []
    failed: dict[int, dict[int, tuple[str, ...]]] = {}
    for i, (record, envelope) in enumerate(zip(records, envelopes, strict=True)):
        if envelope.reason is not None:
            failed.setdefault(record.partition, {})[record.offset] = (envelope.reason,)
        elif envelope.schema_version not in contract.schema_versions:
            if envelope.schema_version is None:
                raise PipelineError(f"offset {record.offset}: an envelope without version and without reason")
            reason = unknown_version_reason(envelope.schema_version)
            failed.setdefault(record.partition, {})[record.offset] = (reason,)
        else:
            good.append(i)
    return good, failed


def _spelled(ranges: Sequence[Range]) -> str:
    return ", ".join(f"partition {r.partition} offsets {r.first}-{r.end - 1}" for r in ranges)
