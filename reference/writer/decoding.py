"""Records of a batch to typed orders: decoded anew, or as an earlier try of the same range was pinned."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from reference.contract.decoding import DecodeContract
from reference.decode.decoder import Decoder, Envelope, open_envelope, unknown_version_reason
from reference.decode.records import Record
from reference.errors import DecoderDisagrees, PipelineError
from reference.protocol.pins import PinnedDecode

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DecodedBatch:
    """What each table would get of a batch, and how that was decided.

    Attributes:
        envelopes: of all records, in their order.
        orders: of those that did not fail, in their order.
    """

    decode: PinnedDecode
    envelopes: Sequence[Envelope]
    orders: pa.Table


class BatchDecoder:
    """Decodes batches.

    Args:
        registered: those of some schema versions that are registered for orders.
        latest_purchase: beyond which a purchase date is not believed.
    """

    def __init__(
        self,
        decoder: Decoder,
        registered: Callable[[Collection[str]], frozenset[str]],
        latest_purchase: Callable[[], date],
    ) -> None:
        self._decoder = decoder
        self._registered = registered
        self._latest_purchase = latest_purchase

    def decode(self, records: Sequence[Record]) -> DecodedBatch:
        """As decoder and registry are now."""
        envelopes = [open_envelope(record) for record in records]
        versions = {e.schema_version for e in envelopes if e.schema_version is not None}
        contract = DecodeContract(self._decoder.version, self._registered(versions), self._latest_purchase())
        good, failed = _sort_out(records, envelopes, contract)
        decoded = self._decoder.decode([envelopes[i].payload or b"" for i in good], contract)
        for index, reasons in decoded.failed.items():
            record = records[good[index]]
            failed.setdefault(record.partition, {})[record.offset] = reasons
        return DecodedBatch(PinnedDecode(contract, failed), envelopes, decoded.orders)

    def decode_pinned(self, records: Sequence[Record], pinned: PinnedDecode) -> DecodedBatch:
        """Who failed is taken from the pin; all others must decode now as they did then.

        Raises:
            DecoderDisagrees: one does not.
        """
        if pinned.contract.decoder != self._decoder.version:
            log.info("redoing a range that %s decoded with %s", pinned.contract.decoder, self._decoder.version)
        envelopes = [open_envelope(record) for record in records]
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


def tomorrow() -> date:
    """The last purchase date that is believed: clocks of shops run ahead, by a day at the most."""
    return datetime.now(UTC).date() + timedelta(days=1)


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
