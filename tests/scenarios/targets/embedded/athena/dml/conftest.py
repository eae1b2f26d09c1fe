"""An engine over a lake of one empty database."""

from dataclasses import dataclass
from typing import Any

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.statement import Request, Usage
from tests.scenarios.targets.embedded.athena.asking import ask
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, DATABASE, TestLake


@dataclass(frozen=True)
class Athena:
    """Statements, and the lake that they are about."""

    engine: Engine
    lake: TestLake

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A query's rows."""
        return ask(self.engine, sql, DATABASE).rows

    def do(self, sql: str, parameters: tuple[str, ...] = ()) -> int | None:
        """How many rows a statement has written or changed."""
        usage = Usage()
        running = self.engine.start(Request(sql, DATABASE, parameters, f"s3://{BUCKET}/made/"), usage)
        try:
            answer = running.answer()
            assert [batch for batch in answer.batches if batch.num_rows] == []
            return answer.updated_rows
        finally:
            running.close()

    def snapshots(self, table: str) -> int:
        """How many an Iceberg table has."""
        return len(self.lake.catalog.load_table(f"{DATABASE}.{table}").snapshots())


@pytest.fixture
def athena(lake: TestLake, lake_engine: Engine) -> Athena:
    return Athena(lake_engine, lake)
