"""What a target's meters and the lake's own counts say at one moment, and what lies between two of them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from reports.record import Meter, MeteredRequests
from scenarios.audit.lake_reader import LakeReader, TableSize, lake_errors
from scenarios.targets.interface import Readings, Target

WRITTEN = ("bronze.orders", "silver.orders", "quarantine.orders")
STILL_WITHIN_S = 30.0
HARNESS = "client"
"""The part under whose name the harness's own requests are counted: they are nobody's bill."""


@dataclass(frozen=True)
class MeterReading:
    """All meters at one moment; `sizes` are those of the tables that the writers write."""

    target: Readings
    sizes: Mapping[str, TableSize]


NOTHING = MeterReading(Readings(None, None), {})
"""Of what is not metered."""


def read_meters(target: Target, lake: LakeReader) -> MeterReading:
    """Read them, all between two commits; nothing of a target that has none, or whose tables do not come to rest.

    Raises:
        TargetError: the target or the lake does not answer.
    """
    if "meter" not in target.abilities:
        return NOTHING
    deadline = time.monotonic() + STILL_WITHIN_S
    with lake_errors():
        before = lake.sizes(WRITTEN)
        while True:
            readings, sizes = target.readings(), lake.sizes(WRITTEN)
            if sizes == before:
                return MeterReading(readings, sizes)
            if time.monotonic() > deadline:
                return NOTHING
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
    queries = [query for query in last.target.queries[len(first.target.queries) :] if query.part != HARNESS]
    logs = (first.target.kafka_bytes, last.target.kafka_bytes)
    return Meter(
        wall_s=round(wall_s, 3),
        requests=tuple(one for one in used if one.requests and one.part != HARNESS),
        kafka_records=kafka_records,
        kafka_bytes=None if logs[0] is None or logs[1] is None else logs[1] - logs[0],
        lake_rows=last.sizes["bronze.orders"].rows - first.sizes["bronze.orders"].rows,
        stored_bytes=sum(last.sizes[name].bytes - first.sizes[name].bytes for name in WRITTEN),
        scanned_bytes=sum(query.scanned_bytes for query in queries) if queries else None,
        queries=tuple(queries),
    )


def _less(last: MeteredRequests, first: MeteredRequests | None) -> MeteredRequests:
    if first is None:
        return last
    return last.model_copy(
        update={
            "requests": last.requests - first.requests,
            "bytes_in": _less_or_none(last.bytes_in, first.bytes_in),
            "bytes_out": _less_or_none(last.bytes_out, first.bytes_out),
            "busy_s": round(last.busy_s - first.busy_s, 3),
        }
    )


def _less_or_none(last: int | None, first: int | None) -> int | None:
    return None if last is None or first is None else last - first
