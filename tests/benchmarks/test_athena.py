"""How long an aggregate over a day of a million rows takes, beside the floor, and what Athena's API adds to it.

The floor is Arrow alone: it reads the same column's chunks, of the same file in the same store, and adds them up.
"""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyarrow.fs import FileSystem
from pytest_benchmark.fixture import BenchmarkFixture

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.lake.catalog import open_tables
from scenarios.targets.embedded.athena.storage import LakeStorage
from tests.benchmarks.figures import Round, measure
from tests.scenarios.targets.embedded.athena.asking import NOW, ask
from tests.scenarios.targets.embedded.athena.days import DAYS, FULL_DAY, QUESTION, files_of, make_days, sum_of
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, DATABASE, TestLake, begin
from tests.scenarios.targets.embedded.athena.serving import Athena, athenas

ROWS, ROWS_OF_FULL_DAY = 1_000, 1_000_000
MEMORY_BYTES = 600_000_000
WITHIN_S = 1.0


@pytest.fixture
def lake(aws: LakeSettings) -> Iterator[TestLake]:
    with open_tables(aws) as opened:
        made = begin(opened)
        make_days(made, ROWS, ROWS_OF_FULL_DAY)
        yield made


@pytest.fixture
def engine(lake: TestLake, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(LakeStorage(lake.lake), MEMORY_BYTES, tmp_path, lambda: NOW)
    yield engine
    engine.close()


@pytest.fixture
def athena(aws: LakeSettings, engine: Engine) -> Iterator[Athena]:
    with athenas(aws) as make:
        yield make(engine)


def test_a_million_rows_of_one_day(benchmark: BenchmarkFixture, lake: TestLake, engine: Engine, athena: Athena) -> None:
    expected = sum_of(FULL_DAY, ROWS_OF_FULL_DAY)
    [key] = files_of(lake, FULL_DAY)

    def once() -> Round:
        floor_s, alone_s, asked_s = (
            timed(lambda: floor(lake.lake.reading.store, f"{BUCKET}/{key}"), expected),
            timed(lambda: ask(engine, QUESTION, DATABASE).rows[0][0], expected),
            timed(lambda: athena.rows(QUESTION, QueryExecutionContext={"Database": DATABASE})[1][0], expected),
        )
        return {
            (
                f"Sum of one column of a day of {ROWS_OF_FULL_DAY:,} rows, of {DAYS} days, through Athena's API",
                "s",
            ): asked_s,
            ("the same by its engine alone", "s"): alone_s,
            ("Floor: the column's chunks read and added by Arrow", "s"): floor_s,
            ("Engine ÷ floor", "times"): alone_s / floor_s,
            ("API ÷ engine", "times"): asked_s / alone_s,
        }

    found = measure(benchmark, once)
    assert statistics.median(next(iter(found.values()))) < WITHIN_S


def timed(sum_up: Any, expected: float) -> float:
    """How long it takes, in seconds."""
    began = time.perf_counter()
    found = sum_up()
    took = time.perf_counter() - began
    assert float(found) == pytest.approx(expected)
    return took


def floor(store: FileSystem, path: str) -> float:
    """The sum, by as little as can be."""
    with store.open_input_file(path) as source:
        table = pq.ParquetFile(source, pre_buffer=True).read(["price"], use_threads=False)
    return float(pc.sum(table.column("price")).as_py())
