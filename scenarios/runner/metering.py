"""What a target's meters and the lake's own counts say at one moment, and what lies between two of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.record import Meter, MeteredRequests
from scenarios.audit.lake_reader import LakeReader, TableSize, lake_errors
from scenarios.targets.interface import Readings, Target

WRITTEN = ("bronze.orders", "silver.orders", "quarantine.orders")
HARNESS = "client"
"""The part under whose name the harness's own requests are counted: they are nobody's bill."""


@dataclass(frozen=True)
class MeterReading:
    """All meters at one moment; `sizes` are those of the tables that the writers write."""

    target: Readings
    sizes: Mapping[str, TableSize]


def read_meters(target: Target, lake: LakeReader) -> MeterReading:
    """Read them, all between two commits.

    Raises:
        TargetError: the target or the lake does not answer.
    """
    with lake_errors():
        before = lake.sizes(WRITTEN)
        while True:
            readings, sizes = target.readings(), lake.sizes(WRITTEN)
            if sizes == before:
                return MeterReading(readings, sizes)
            before = sizes


def between(first: MeterReading, last: MeterReading, wall_s: float, kafka_records: int) -> Meter | None:
    """What was used from the first reading to the last; None where the target counts no requests.

    Args:
        kafka_records: how many records Kafka took in meanwhile.
    """
    if first.target.requests is None or last.target.requests is None:
        return None
    known = {(one.part, one.service, one.kind): one for one in first.target.requests}
    used = (_less(one, known.get((one.part, one.service, one.kind))) for one in last.target.requests)
    logs = (first.target.kafka_bytes, last.target.kafka_bytes)
    return Meter(
        wall_s=round(wall_s, 3),
        requests=tuple(one for one in used if one.requests and one.part != HARNESS),
        kafka_records=kafka_records,
        kafka_bytes=None if logs[0] is None or logs[1] is None else logs[1] - logs[0],
        lake_rows=last.sizes["bronze.orders"].rows - first.sizes["bronze.orders"].rows,
        stored_bytes=sum(last.sizes[name].bytes - first.sizes[name].bytes for name in WRITTEN),
        scanned_bytes=0,
    )


def _less(last: MeteredRequests, first: MeteredRequests | None) -> MeteredRequests:
    if first is None:
        return last
    figures = ("requests", "bytes_in", "bytes_out", "busy_s")
    return last.model_copy(update={name: round(getattr(last, name) - getattr(first, name), 3) for name in figures})
