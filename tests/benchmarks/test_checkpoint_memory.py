"""What the worker of the checkpoint holds, on Athena and in Great Expectations' pandas engine, by the rows of a day."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from pytest_benchmark.fixture import BenchmarkFixture

from reference.lake.columns import SILVER
from reference.lake.settings import LakeSettings
from reference.quality.rule_file import DEFAULT, read_rules
from reference.warehouse.check_view import create_view, view_name
from reference.warehouse.day import NEWEST_SNAPSHOT, Checked, Generation
from tests.benchmarks.figures import measure
from tests.reference.day_lake import DAY, DayLake
from tests.reference.many_orders import many_orders, spoilt

ROWS: Final = (100_000, 1_000_000, 3_000_000, 10_000_000)
PART_ROWS: Final = 1_000_000
SHARE: Final = 0.005
TITLES: Final = {"athena": "Checkpoint on Athena", "pandas": "Checkpoint in pandas"}
WHAT: Final = ("peak above imports", "time")
PROJECT: Final = Path(__file__).parents[2]
MOST_ABOVE_IMPORTS_MB: Final = 40
MOST_OF_TEN_TIMES_THE_ROWS_MB: Final = 5


def test_memory_of_the_checkpoint(benchmark: BenchmarkFixture, day_lake: DayLake) -> None:
    found = measure(benchmark, lambda: dict(figures(day_lake)), rounds=1)
    above = {rows: found[f"Checkpoint on Athena, {rows:,} rows: peak above imports"][0] for rows in ROWS}
    assert above[1_000_000] <= MOST_ABOVE_IMPORTS_MB
    assert above[10_000_000] - above[1_000_000] <= MOST_OF_TEN_TIMES_THE_ROWS_MB
    benchmark.extra_info["checkpoint"] = {
        engine: [[rows, *(found[f"{title}, {rows:,} rows: {what}"][0] for what in WHAT)] for rows in ROWS]
        for engine, title in TITLES.items()
    }


def figures(day_lake: DayLake) -> Iterator[tuple[tuple[str, str], float]]:
    """What each engine takes for each number of rows; both must find the same."""
    there = 0
    for rows in ROWS:
        _fill_up(day_lake, there, rows)
        there = rows
        took = {engine: _check(engine, where, day_lake.settings) for engine, where in _places(day_lake).items()}
        assert took["athena"]["unexpected"] == took["pandas"]["unexpected"]
        assert min(took["athena"]["unexpected"].values()) > 0
        for engine, one in took.items():
            above_mb = (one["peak_kib"] - one["imports_kib"]) * 1024 / 1e6
            yield (f"{TITLES[engine]}, {rows:,} rows: {WHAT[0]}", "MB"), above_mb
            yield (f"{TITLES[engine]}, {rows:,} rows: {WHAT[1]}", "s"), one["seconds"]
    yield ("Imports of a checkpoint's worker, the same for both", "MB"), took["athena"]["imports_kib"] * 1024 / 1e6


def _fill_up(day_lake: DayLake, there: int, rows: int) -> None:
    while there < rows:
        part = min(PART_ROWS, rows - there)
        day_lake.add_to_silver(many_orders(spoilt(part, SHARE), there), first=there)
        there += part


def _places(day_lake: DayLake) -> dict[str, Sequence[str]]:
    """For each engine, where the day is: a view of Athena, the files of the lake."""
    rules = read_rules(DEFAULT, SILVER)
    pinned = [Checked(Generation(DAY, 1), int(day_lake.athena.rows(NEWEST_SNAPSHOT)[0][0] or 0))]
    day_lake.athena.run(create_view(rules, pinned))
    files = [task.file.file_path for task in day_lake.catalog.load_table("silver.orders").scan().plan_files()]
    return {
        "athena": [day_lake.checkpoint_url, view_name(rules, pinned)],
        "pandas": [path.removeprefix("s3://") for path in files],
    }


def _check(engine: str, where: Sequence[str], settings: LakeSettings) -> dict[str, Any]:
    variables = {
        "AWS_ENDPOINT_URL": settings.endpoint or "",
        "AWS_ACCESS_KEY_ID": settings.access_key or "",
        "AWS_SECRET_ACCESS_KEY": settings.secret_key or "",
    }
    command = [sys.executable, "-m", "tests.benchmarks.checkpoint_worker", engine, *where]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ | variables, cwd=PROJECT)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found
