"""Tables are altered as far as their kind has it."""

from typing import Any

import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

HIVE = "create external table h (a int, b string) location 's3://some-data/h/' tblproperties ('x'='1', 'y'='2')"
ICEBERG = """create table i (a int, b string) partitioned by (b) location 's3://some-data/i/'
tblproperties ('table_type'='ICEBERG', 'x'='1', 'y'='2')"""


@pytest.fixture(autouse=True)
def tables(lake: TestLake) -> None:
    lake.do(HIVE)
    lake.do(ICEBERG)


def columns(lake: TestLake, name: str) -> list[tuple[str, str]]:
    return [(column, str(kind)) for column, kind in lake.tables().find(DATABASE, name).columns]


def properties(lake: TestLake, name: str) -> dict[str, Any]:
    return dict(lake.do(f"show tblproperties {name}"))


@pytest.mark.parametrize("name", ["h", "i"])
def test_columns_are_added_and_changed(lake: TestLake, name: str) -> None:
    lake.do(f"alter table {name} add columns (c double comment 'new', d struct<x:int>)")
    lake.do(f"ALTER TABLE {name} CHANGE COLUMN a `A2` bigint COMMENT 'wider'")
    assert columns(lake, name) == [("a2", "bigint"), ("b", "varchar"), ("c", "double"), ("d", "row(x integer)")]


def test_a_column_of_icebergs_goes_and_moves(lake: TestLake) -> None:
    lake.do("alter table i add columns (c double)")
    lake.do("alter table i change c c double first")
    lake.do("alter table i drop column a")
    assert columns(lake, "i") == [("c", "double"), ("b", "varchar")]


def test_columns_of_hives_are_replaced(lake: TestLake) -> None:
    lake.do("alter table h replace columns (z date)")
    assert columns(lake, "h") == [("z", "date")]


@pytest.mark.parametrize("name", ["h", "i"])
def test_properties_are_set_and_unset_and_all_others_stay(lake: TestLake, name: str) -> None:
    before = properties(lake, name)
    lake.do(f"alter table {name} set tblproperties ('x'='3', 'z'='4')")
    lake.do(f"alter table {name} unset tblproperties ('y', 'nothing')")
    after = properties(lake, name)
    assert {key: after.get(key) for key in "xyz"} == {"x": "3", "y": None, "z": "4"}
    assert before.keys() - after.keys() <= {"y"}


def test_a_hive_table_moves(lake: TestLake) -> None:
    lake.put("else/x", b"7\n")
    lake.do("alter table h set location 's3://some-data/else/'")
    assert lake.rows("h", ["a"]) == [(7,)]


def test_an_iceberg_table_is_renamed(lake: TestLake) -> None:
    lake.do("alter table i rename to i2")
    assert columns(lake, "i2") == [("a", "integer"), ("b", "varchar")]
    assert lake.do("show tables") == [("h",), ("i2",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alter table h drop column a", "DROP COLUMN of a Hive table is not supported"),
        ("alter table h change x y int", "Invalid column reference x"),
        ("alter table h add columns (a int)", "Duplicate column name"),
        ("alter table h rename to h2", "RENAME of a Hive table is not supported"),
        ("alter table i rename to h", "Table h already exists"),
        ("alter table i change b b int", "Failed to change columns"),
        ("alter table i drop column x", "Failed to change columns"),
        ("alter table i add columns (a int)", "Failed to change columns"),
        ("alter table i replace columns (a int)", "REPLACE COLUMNS of an Iceberg table is not supported"),
        ("alter table i set location 's3://some-data/x'", "is an Iceberg table"),
        ("alter table nothing add columns (a int)", "Table not found db.nothing"),
        ("alter table h freeze", "mismatched input 'freeze'"),
    ],
)
def test_what_cannot_be_is_refused(lake: TestLake, text: str, said: str) -> None:
    with pytest.raises(SqlError, match=said):
        lake.do(text)
