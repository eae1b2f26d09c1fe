"""A lake for tests: a bucket, a database, tables that pyiceberg makes, and what DuckDB sees of them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.table import Table as PyicebergTable

from reference.lake.catalog import TABLE_PROPERTIES
from scenarios.targets.embedded.athena.ddl.statements import ddl
from scenarios.targets.embedded.athena.lake.catalog import Lake, LakeTables
from scenarios.targets.embedded.athena.lake.held import arrow_schema
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import Version
from scenarios.targets.embedded.athena.statement import Usage

BUCKET = "some-data"
DATABASE = "db"


@dataclass(frozen=True)
class TestLake:
    """The lake, and hands of our own in it."""

    __test__ = False

    lake: Lake
    catalog: GlueCatalog
    s3: Any
    glue: Any

    def make(
        self, name: str, schema: pa.Schema, partitioned_by: Sequence[str] = (), **properties: str
    ) -> PyicebergTable:
        """An Iceberg table, partitioned by columns' values."""
        table = self.catalog.create_table(
            f"{DATABASE}.{name}",
            schema=schema,
            location=f"s3://{BUCKET}/{name}",
            properties=TABLE_PROPERTIES | properties,
        )
        if partitioned_by:
            with table.update_spec() as spec:
                for column in partitioned_by:
                    spec.add_identity(column)
        return table

    def tables(self) -> LakeTables:
        """As a statement sees them."""
        return self.lake.tables(Usage())

    def rows(
        self,
        name: str,
        columns: Sequence[str],
        where: BooleanExpression = AlwaysTrue(),  # noqa: B008 - it never changes
        version: Version = None,
        usage: Usage | None = None,
        database: str = DATABASE,
    ) -> list[tuple[Any, ...]]:
        """Some columns of a table, sorted, as DuckDB has them."""
        table = self.lake.tables(usage or Usage()).find(database, name, version)
        scan = table.scan(columns, where)  # type: ignore[union-attr] # noqa: F841 - DuckDB finds it by its name
        return sorted(duckdb.execute("SELECT * FROM scan").fetchall(), key=str)

    def failure(self, name: str, columns: Sequence[str]) -> SqlError | None:
        """Why a table cannot be read; None if it can."""
        tables = self.tables()
        scan = tables.find(DATABASE, name).scan(columns, AlwaysTrue())  # type: ignore[union-attr] # noqa: F841
        with suppress(duckdb.Error):
            duckdb.execute("SELECT * FROM scan").fetchall()
        return tables.failure

    def held(self, name: str, rows: Sequence[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
        """Rows as a statement has them that writes them into a table."""
        columns = self.tables().find(DATABASE, name).columns
        yield pa.RecordBatch.from_pylist(list(rows), schema=arrow_schema(columns))

    def do(self, text: str, database: str = DATABASE) -> list[tuple[Any, ...]]:
        """The rows of a statement of Hive's."""
        answer = ddl(text, database, self.lake, Usage())
        assert answer is not None, f"{text} is none"
        return [tuple(row.values()) for batch in answer.batches for row in batch.to_pylist()]

    def put(self, key: str, body: bytes) -> None:
        """An object."""
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def stored(self, prefix: str = "") -> list[str]:
        """The objects there are."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]


def begin(lake: Lake) -> TestLake:
    """With one empty database."""
    lake.objects.client.create_bucket(Bucket=BUCKET)
    lake.catalog.create_namespace(DATABASE)
    return TestLake(lake, lake.catalog, lake.objects.client, lake.glue.client)
