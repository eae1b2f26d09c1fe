"""A question about one column of one day reads that day's files and that column, and says how much that was."""

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from tests.scenarios.targets.embedded.athena.days import (
    DAYS,
    FULL_DAY,
    QUESTION,
    chunk_bytes,
    files_of,
    make_days,
    sum_of,
)
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, DATABASE, TestLake
from tests.scenarios.targets.embedded.athena.serving import Athena, MakeAthena

ROWS, ROWS_OF_FULL_DAY = 200, 20_000
CONTEXT = {"Database": DATABASE}


@pytest.fixture
def athena(lake: TestLake, lake_engine: Engine, make_athena: MakeAthena) -> Athena:
    make_days(lake, ROWS, ROWS_OF_FULL_DAY)
    return make_athena(lake_engine)


def test_one_column_of_one_day_is_what_is_scanned(athena: Athena, lake: TestLake) -> None:
    execution = athena.run(QUESTION, QueryExecutionContext=CONTEXT)
    scanned = execution["Statistics"]["DataScannedInBytes"]
    assert scanned == pytest.approx(chunk_bytes(lake, FULL_DAY, "price"), rel=0.05)


def test_the_other_days_files_are_not_even_opened(athena: Athena, lake: TestLake) -> None:
    others = [key for day in range(DAYS) if day != FULL_DAY for key in files_of(lake, day)]
    assert len(others) == DAYS - 1
    for key in others:
        lake.s3.delete_object(Bucket=BUCKET, Key=key)
    [[_], [found]] = athena.rows(QUESTION, QueryExecutionContext=CONTEXT)
    assert float(found or "") == pytest.approx(sum_of(FULL_DAY, ROWS_OF_FULL_DAY))
    of_all_days = athena.run("SELECT sum(price) FROM days", QueryExecutionContext=CONTEXT)["Status"]
    assert of_all_days["StateChangeReason"].startswith("HIVE_CANNOT_OPEN_SPLIT")
