"""Records and decoded orders to rows of the lake's tables."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from reference.decode.decoder import Envelope
from reference.decode.records import Record
from reference.lake.schemas import LAYOUTS

_NS_PER_DAY = 86_400 * 10**9


def bronze_rows(topic_id: str, records: Sequence[Record], envelopes: Sequence[Envelope]) -> pa.Table:
    """Every record as it came, by day of receipt."""
    columns = _coordinates(topic_id, records, envelopes) | _originals(records, envelopes) | _received_day(records)
    return _table("bronze", columns)


def quarantine_rows(
    topic_id: str,
    records: Sequence[Record],
    envelopes: Sequence[Envelope],
    reasons: Sequence[Sequence[str]],
) -> pa.Table:
    """Records that could not be decoded, each with its original and all reasons."""
    columns = _coordinates(topic_id, records, envelopes) | _originals(records, envelopes) | _received_day(records)
    columns |= {
        "replay_id": pa.nulls(len(records), pa.string()),
        "stage": pa.array(["decode"] * len(records), pa.string()),
        "reasons": pa.array([list(r) for r in reasons], pa.list_(pa.string())),
        "generation": pa.nulls(len(records), pa.int32()),
    }
    return _table("quarantine", columns)


def silver_rows(
    topic_id: str,
    records: Sequence[Record],
    envelopes: Sequence[Envelope],
    orders: pa.Table,
    replay_id: str | None = None,
) -> pa.Table:
    """Decoded orders, one for each record, by day of purchase; of a replay, if they come out of quarantine."""
    purchased = orders["order_purchase_timestamp"]
    columns = _coordinates(topic_id, records, envelopes)
    columns |= {"replay_id": pa.array([replay_id] * len(records), pa.string())}
    columns |= {name: orders[name] for name in orders.column_names}
    columns |= {"year": pc.year(purchased), "month": pc.month(purchased), "day": pc.day(purchased)}
    return _table("silver", columns)


def _coordinates(topic_id: str, records: Sequence[Record], envelopes: Sequence[Envelope]) -> dict[str, Any]:
    return {
        "topic_id": pa.array([topic_id] * len(records), pa.string()),
        "partition": pa.array([r.partition for r in records], pa.int32()),
        "offset": pa.array([r.offset for r in records], pa.int64()),
        "producer": pa.array([r.headers.producer for r in records], pa.string()),
        "seq": pa.array([r.headers.seq for r in records], pa.int64()),
        "intended_ns": pa.array([r.headers.intended_ns for r in records], pa.int64()),
        "received_ns": pa.array([r.received_ns for r in records], pa.int64()),
        "schema_version": pa.array([e.schema_version for e in envelopes], pa.string()),
    }


def _originals(records: Sequence[Record], envelopes: Sequence[Envelope]) -> dict[str, Any]:
    return {
        "crc32c": pa.array([r.headers.crc32c for r in records], pa.int64()),
        "key": pa.array([r.key for r in records], pa.binary()),
        "payload": pa.array([e.payload for e in envelopes], pa.binary()),
    }


def _received_day(records: Sequence[Record]) -> dict[str, Any]:
    days = [datetime.fromtimestamp(r.received_ns // _NS_PER_DAY * 86_400, UTC) for r in records]
    return {
        "year": pa.array([d.year for d in days], pa.int32()),
        "month": pa.array([d.month for d in days], pa.int32()),
        "day": pa.array([d.day for d in days], pa.int32()),
    }


def _table(layer: str, columns: dict[str, Any]) -> pa.Table:
    schema = LAYOUTS[layer].columns
    return pa.table([_cast(columns[field.name], field.type) for field in schema], schema=schema)


def _cast(column: Any, kind: pa.DataType) -> Any:
    return column if column.type == kind else column.cast(kind)
