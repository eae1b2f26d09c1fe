"""Tables are found by their names, and nothing is left of who reads them."""

import threading

import pytest

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.lake.catalog import open_tables
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake


def test_a_table_that_is_not_there_is_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match=r"Table 'awsdatacatalog.db.nothing' does not exist") as refused:
        lake.tables().find(DATABASE, "nothing")
    assert refused.value.code == "TABLE_NOT_FOUND"


def test_a_database_that_is_not_there_is_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match="Schema 'nowhere' does not exist") as refused:
        lake.tables().find("nowhere", "t")
    assert refused.value.code == "SCHEMA_NOT_FOUND"


def test_no_thread_is_left(aws: LakeSettings) -> None:
    before = set(threading.enumerate())
    with open_tables(aws) as lake:
        lake.reading.executor.submit(int).result()
    assert set(threading.enumerate()) <= before
