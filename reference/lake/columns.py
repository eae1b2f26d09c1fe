"""The columns of the lake's tables, as Arrow has them. Needs no Iceberg, so that an orchestrator's worker need not."""

from typing import Any

import pyarrow as pa

from reference.contract.order import ORDER_ARROW_SCHEMA

COORDINATES: "list[pa.Field[Any]]" = [
    pa.field("topic_id", pa.string(), nullable=False),
    pa.field("partition", pa.int32(), nullable=False),
    pa.field("offset", pa.int64(), nullable=False),
    pa.field("producer", pa.string()),
    pa.field("seq", pa.int64()),
    pa.field("intended_ns", pa.int64()),
    pa.field("received_ns", pa.int64(), nullable=False),
    pa.field("schema_version", pa.string()),
]
"""Where a row came from; received_ns is Kafka's timestamp for records without the ingest server's headers."""

DAY_COLUMNS = ("year", "month", "day")
DAY: "list[pa.Field[Any]]" = [pa.field(name, pa.int32(), nullable=False) for name in DAY_COLUMNS]

REPLAY = pa.field("replay_id", pa.string())
"""Which replay put the row there; null for the first way through."""

_REASONS: "pa.Field[Any]" = pa.field(
    "reasons", pa.list_(pa.field("element", pa.string(), nullable=False)), nullable=False
)

BRONZE = pa.schema(
    [
        *COORDINATES,
        pa.field("crc32c", pa.int64()),
        pa.field("key", pa.binary()),
        # The event as it was sent. Where the value has no readable registry header, the whole value, and
        # schema_version is null.
        pa.field("payload", pa.binary()),
        *DAY,
    ]
)
SILVER = pa.schema([*COORDINATES, REPLAY, *list(ORDER_ARROW_SCHEMA), *DAY])
QUARANTINE = pa.schema(
    [
        *COORDINATES,
        REPLAY,
        pa.field("crc32c", pa.int64()),
        pa.field("key", pa.binary()),
        pa.field("payload", pa.binary()),
        pa.field("stage", pa.string(), nullable=False),
        _REASONS,
        # Of receipt in stage decode; of purchase in stage quality, where they were found.
        *DAY,
        pa.field("generation", pa.int32()),
    ]
)
_SALES: "list[pa.Field[Any]]" = [
    pa.field("day", pa.date32(), nullable=False),
    pa.field("customer_state", pa.string()),
    pa.field("orders", pa.int64(), nullable=False),
    pa.field("revenue", pa.decimal128(18, 2)),
    pa.field("freight", pa.decimal128(18, 2)),
    pa.field("generation", pa.int32(), nullable=False),
]
DAILY_REGIONAL_SALES = pa.schema(_SALES)
