"""A lake with rows of chosen days in bronze and silver, an Athena over it, and what the steps to gold make of it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.catalog.glue import GlueCatalog

from reference.contract.order import ORDER_ARROW_SCHEMA
from reference.days.markers import Marker, Markers, open_markers
from reference.days.marking import write_markers
from reference.lake.day_counts import day_counts
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import athena_url
from reference.warehouse.athena import Athena
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.lake.catalog import open_tables
from scenarios.targets.embedded.athena.storage import LakeStorage
from tests.scenarios.targets.embedded.athena.serving import OUTPUT, athenas

TOPIC_ID = "T1"
RECEIVED_NS = 1_527_200_000_000_000_000
DAY = date(2018, 5, 24)
GOOD = {
    "order_id": "a", "order_version": 1, "customer_id": "c", "customer_state": "SP", "order_status": "delivered",
    "order_purchase_timestamp": datetime(2018, 5, 24, 10), "order_delivered_customer_date": datetime(2018, 6, 1),  # noqa: DTZ001
    "price": "10.00", "freight_value": "1.50",
}  # fmt: skip


def order(number: int, **changes: Any) -> dict[str, Any]:
    """An order that breaks no rule, but for the changes."""
    return GOOD | {"order_id": f"o{number}"} | changes


def orders(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as silver types them; what is missing is null."""
    columns = [
        pa.array([row.get(field.name) for row in rows]).cast(field.type) if any(row.get(field.name) for row in rows)
        else pa.nulls(len(rows), field.type)
        for field in ORDER_ARROW_SCHEMA
    ]  # fmt: skip
    return pa.table(columns, schema=ORDER_ARROW_SCHEMA)


@dataclass
class DayLake:
    """The lake; `athena` is the pipeline's own, over boto3's `client`; `checkpoint_url` is SQLAlchemy's way to it."""

    settings: LakeSettings
    catalog: GlueCatalog
    executor: ThreadPoolExecutor
    client: Any
    athena: Athena
    checkpoint_url: str
    markers: Markers

    def add(self, rows: Sequence[Mapping[str, Any]], partition: int = 0, first: int = 0) -> None:
        """Rows with offsets from `first` on."""
        payloads = [json.dumps(dict(row), default=str).encode() for row in rows]
        self.add_orders(orders(rows), payloads, partition, first)

    def add_orders(self, found: pa.Table, payloads: Any, partition: int = 0, first: int = 0) -> None:
        """Typed orders with offsets from `first` on, in bronze as the payloads that they would have come as."""
        number = found.num_rows
        at = datetime.fromtimestamp(RECEIVED_NS / 1e9, UTC)
        receipt = {"year": at.year, "month": at.month, "day": at.day}
        bronze = self._coordinates(number, partition, first) | {
            name: pa.array([value], pa.int32()).take(pa.array([0] * number)) for name, value in receipt.items()
        }
        bronze |= {"payload": pa.array(payloads, pa.binary()), "key": pa.array(payloads, pa.binary())}
        self._append("bronze", bronze, number)
        self.add_to_silver(found, partition, first)

    def add_to_silver(self, found: pa.Table, partition: int = 0, first: int = 0) -> None:
        """Typed orders that bronze knows nothing of."""
        purchased = found["order_purchase_timestamp"]
        silver = self._coordinates(found.num_rows, partition, first)
        silver |= {name: found[name] for name in found.column_names}
        silver |= {"year": pc.year(purchased), "month": pc.month(purchased), "day": pc.day(purchased)}
        self._append("silver", silver, found.num_rows)

    def mark(self) -> list[int]:
        """Every day that is there and has no marker, or too old a one; the new generations."""
        rows, ticks = day_counts(self.catalog.load_table("silver.orders")), count(1)
        newest = self.markers.newest()
        return [one.generation for one in write_markers(rows, newest, rows, self.markers, lambda: next(ticks))]

    def rows(self, table: str, where: str = "true") -> list[dict[str, Any]]:
        """Rows of a table, by pyiceberg."""
        found: list[dict[str, Any]] = self.catalog.load_table(table).scan(where).to_arrow().to_pylist()
        return found

    def quarantined(self, generation: int = 1) -> dict[tuple[int, int], list[str]]:
        """Partition and offset → reasons, of a generation's rows in quarantine; none is there twice."""
        rows = self.rows("quarantine.orders", f"stage = 'quality' AND generation = {generation}")
        found = {(row["partition"], row["offset"]): row["reasons"] for row in rows}
        assert len(found) == len(rows)
        return found

    def gold(self) -> dict[tuple[date, str | None], tuple[int, str, str, int]]:
        """Day and state → orders, revenue, freight, generation; none is there twice."""
        rows = self.rows("gold.daily_regional_sales")
        found = {
            (r["day"], r["customer_state"]): (r["orders"], str(r["revenue"]), str(r["freight"]), r["generation"])
            for r in rows
        }
        assert len(found) == len(rows)
        return found

    def views(self) -> list[str]:
        """Those of checks that are there."""
        query = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'silver' AND table_type = 'VIEW'"
        return [str(name) for [name] in self.athena.rows(query)]

    def snapshots(self, table: str) -> int:
        """How many there are: one for each statement that changed it."""
        return len(self.catalog.load_table(table).metadata.snapshots)

    def _coordinates(self, number: int, partition: int, first: int) -> dict[str, Any]:
        offsets, same = pa.array(range(first, first + number), pa.int64()), pa.array([0] * number)
        return {
            "topic_id": pa.array([TOPIC_ID]).take(same),
            "partition": pa.array([partition], pa.int32()).take(same),
            "offset": offsets,
            "producer": pa.array(["p"]).take(same),
            "seq": offsets,
            "intended_ns": pc.add(offsets, RECEIVED_NS),
            "received_ns": pc.add(offsets, RECEIVED_NS),
        }

    def _append(self, name: str, columns: Mapping[str, Any], number: int) -> None:
        schema = LAYOUTS[name].columns
        arrays = [columns[f.name].cast(f.type) if f.name in columns else pa.nulls(number, f.type) for f in schema]
        table = IcebergTable(self.catalog, f"{name}.orders", topic="")
        table.load()
        files = PartitionedFiles(open_store(self.settings), self.executor)
        table.append(files.write(table.table.metadata, pa.table(arrays, schema=schema)), {})


@contextmanager
def day_lake(aws: LakeSettings, catalog: GlueCatalog, spill: Path, wait: Callable[[float], None]) -> Iterator[DayLake]:
    """An empty one."""
    with open_tables(aws) as tables, athenas(aws) as make, ThreadPoolExecutor(4) as executor:
        engine = Engine(LakeStorage(tables), 1_500_000_000, spill, lambda: datetime.now(UTC))
        try:
            client = make(engine, most_kept=1_000).client
            asked = LakeSettings(endpoint=client.meta.endpoint_url, access_key="a", secret_key="b")
            url = athena_url(asked, "silver", "primary", OUTPUT)
            athena = Athena(client, output=OUTPUT, wait=wait)
            yield DayLake(aws, catalog, executor, client, athena, url, open_markers(aws))
        finally:
            engine.close()


def history(markers: Markers, day: date) -> list[Marker]:
    """A day's markers, the oldest first: every generation has one."""
    newest = markers.newest([day]).get(day)
    return [markers.read(day, number) for number in range(1, newest.generation + 1)] if newest else []
