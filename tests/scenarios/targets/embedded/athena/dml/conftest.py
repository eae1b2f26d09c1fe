"""An engine over a lake of one empty database."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.statement import Request, Usage
from scenarios.targets.embedded.athena.storage import LakeStorage
from tests.scenarios.targets.embedded.athena.asking import NOW, ask
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, DATABASE, TestLake, a_lake

MEMORY_BYTES = 300_000_000


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
def athena(aws: LakeSettings, tmp_path: Path) -> Iterator[Athena]:
    with a_lake(aws) as lake:
        engine = Engine(LakeStorage(lake.lake), MEMORY_BYTES, tmp_path, lambda: NOW)
        yield Athena(engine, lake)
        engine.close()
