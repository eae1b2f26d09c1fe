"""Databases are made, changed, shown and dropped."""

import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import TestLake


def test_a_database_is_made_with_all_that_is_said_of_it(lake: TestLake) -> None:
    lake.do("CREATE DATABASE IF NOT EXISTS `New` COMMENT 'a new one' LOCATION 's3://x/y/' WITH DBPROPERTIES ('a'='b');")
    made = lake.glue.get_database(Name="new")["Database"]
    assert (made["Description"], made["LocationUri"], made["Parameters"]) == ("a new one", "s3://x/y/", {"a": "b"})


def test_one_that_is_there_is_refused_unless_it_may_be(lake: TestLake) -> None:
    lake.do("create schema if not exists db")
    with pytest.raises(SqlError, match="Database db already exists"):
        lake.do("create schema db")


def test_databases_are_shown_by_their_names(lake: TestLake) -> None:
    lake.do("create database other")
    assert lake.do("show databases") == [("db",), ("other",)]
    assert lake.do("SHOW SCHEMAS LIKE 'o*'") == [("other",)]


def test_properties_are_added(lake: TestLake) -> None:
    lake.do("alter database db set dbproperties ('owner'='me')")
    assert lake.glue.get_database(Name="db")["Database"]["Parameters"] == {"owner": "me"}


def test_a_database_with_tables_is_dropped_only_with_them(lake: TestLake) -> None:
    lake.make("t", pa.schema([("id", pa.int64())]))
    with pytest.raises(SqlError, match="Database db is not empty"):
        lake.do("drop database db restrict")
    lake.do("drop database db cascade")
    assert lake.do("show databases") == []
    assert lake.stored() == []


def test_one_that_is_not_there_cannot_be_dropped(lake: TestLake) -> None:
    lake.do("drop schema if exists nowhere")
    with pytest.raises(SqlError, match="Database does not exist: nowhere"):
        lake.do("drop schema nowhere")
