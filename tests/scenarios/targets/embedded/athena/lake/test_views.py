"""Views are kept as Trino keeps them."""

import base64
import json

import pytest

from scenarios.targets.embedded.athena.lake.views import create_view
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import View
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

COLUMNS = [
    ("a", types.INTEGER),
    ("b", types.timestamp(3)),
    ("c", types.row([types.VARCHAR, types.array(types.decimal(10, 2))], ["x", "y"])),
    ("d", types.JSON),
]
VIEW = View("SELECT 1 a FROM t", "other", COLUMNS)


def test_a_view_is_found_as_it_was_made(lake: TestLake) -> None:
    create_view(lake.lake.glue, DATABASE, "v", VIEW)
    assert lake.tables().find(DATABASE, "v") == VIEW


def test_others_see_columns_as_hive_names_them(lake: TestLake) -> None:
    create_view(lake.lake.glue, DATABASE, "v", VIEW)
    made = lake.glue.get_table(DatabaseName=DATABASE, Name="v")["Table"]
    assert made["TableType"] == "VIRTUAL_VIEW"
    assert [column["Type"] for column in made["StorageDescriptor"]["Columns"]] == [
        "int",
        "timestamp",
        "struct<x:string,y:array<decimal(10,2)>>",
        "string",
    ]


def test_a_view_of_athenas_own_is_read(lake: TestLake) -> None:
    said = {
        "originalSql": "SELECT 1",
        "catalog": "awsdatacatalog",
        "schema": "db",
        "columns": [{"name": "A", "type": "varchar(3)"}],
    }
    text = base64.b64encode(json.dumps(said).encode()).decode()
    lake.glue.create_table(
        DatabaseName=DATABASE,
        TableInput={"Name": "v", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": f"/* Presto View: {text} */"},
    )
    assert lake.tables().find(DATABASE, "v") == View("SELECT 1", "db", [("a", types.varchar(3))])


def test_one_that_is_there_is_replaced_only_if_it_may_be(lake: TestLake) -> None:
    create_view(lake.lake.glue, DATABASE, "v", VIEW)
    other = View("SELECT 2 a", DATABASE, COLUMNS[:1])
    with pytest.raises(SqlError, match=r"View already exists: 'awsdatacatalog.db.v'"):
        create_view(lake.lake.glue, DATABASE, "v", other)
    create_view(lake.lake.glue, DATABASE, "v", other, replace=True)
    assert lake.tables().find(DATABASE, "v") == other


def test_a_table_is_never_replaced(lake: TestLake) -> None:
    lake.do("create external table t (a int) location 's3://x/y'")
    with pytest.raises(SqlError, match=r"Table already exists: 'awsdatacatalog.db.t'"):
        create_view(lake.lake.glue, DATABASE, "t", VIEW, replace=True)


def test_a_view_of_hives_is_refused(lake: TestLake) -> None:
    lake.glue.create_table(
        DatabaseName=DATABASE, TableInput={"Name": "v", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": "SELECT 1"}
    )
    with pytest.raises(SqlError, match="is not Trino's"):
        lake.tables().find(DATABASE, "v")
