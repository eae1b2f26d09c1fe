"""Hive's names of types are read, and written as they were."""

import pytest

from scenarios.targets.embedded.athena.lake.hive.types import from_hive, to_hive
from scenarios.targets.embedded.athena.sql.errors import SqlError

WRITTEN_ALIKE = {
    "boolean": "boolean",
    "int": "integer",
    "bigint": "bigint",
    "float": "real",
    "double": "double",
    "string": "varchar",
    "binary": "varbinary",
    "date": "date",
    "timestamp": "timestamp(3)",
    "char(3)": "char(3)",
    "varchar(10)": "varchar(10)",
    "decimal(10,2)": "decimal(10,2)",
    "array<struct<a:int,b:array<string>>>": "array(row(a integer, b array(varchar)))",
    "map<string,decimal(38,0)>": "map(varchar, decimal(38,0))",
}


@pytest.mark.parametrize(("hive", "trino"), WRITTEN_ALIKE.items())
def test_a_type_is_what_trino_calls_it(hive: str, trino: str) -> None:
    assert str(from_hive(hive)) == trino
    assert to_hive(from_hive(hive)) == hive


@pytest.mark.parametrize(
    ("hive", "trino"),
    {
        "DECIMAL": "decimal(10,0)",
        "decimal(7)": "decimal(7,0)",
        "Array< Struct< A : Int > >": "array(row(a integer))",
        "struct<`a`:int>": "row(a integer)",
    }.items(),
)
def test_a_type_may_be_written_in_other_ways(hive: str, trino: str) -> None:
    assert str(from_hive(hive)) == trino


@pytest.mark.parametrize(
    "hive", ["array<int", "decimal(x)", "struct<a int>", "int int", "char", "map<int>", "", "cash"]
)
def test_what_names_no_type_is_refused(hive: str) -> None:
    with pytest.raises(SqlError):
        from_hive(hive)
