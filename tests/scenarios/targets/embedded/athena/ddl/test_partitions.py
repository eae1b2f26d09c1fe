"""Partitions of Hive tables are added, found, changed and dropped."""

import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import TestLake


@pytest.fixture(autouse=True)
def table(lake: TestLake) -> None:
    lake.do("create external table t (id int) partitioned by (day string, h int) location 's3://some-data/t/'")


def partitions(lake: TestLake) -> list[str]:
    return [name for (name,) in lake.do("show partitions t")]


def test_partitions_are_added_where_it_is_said(lake: TestLake) -> None:
    lake.put("t/day=a/h=1/x", b"1\n")
    lake.put("else/x", b"2\n")
    lake.do("ALTER TABLE t ADD PARTITION (day='a', h=1) PARTITION (h='2', day='b') LOCATION 's3://some-data/else'")
    assert partitions(lake) == ["day=a/h=1", "day=b/h=2"]
    assert lake.rows("t", ["id", "day", "h"]) == [(1, "a", 1), (2, "b", 2)]


def test_one_that_is_there_is_refused_unless_it_may_be(lake: TestLake) -> None:
    lake.do("alter table t add partition (day='a', h=1)")
    lake.do("alter table t add if not exists partition (day='a', h=1) partition (day='a', h=2)")
    assert partitions(lake) == ["day=a/h=1", "day=a/h=2"]
    with pytest.raises(SqlError, match="Partition already exists"):
        lake.do("alter table t add partition (day='a', h=1)")


@pytest.mark.parametrize("second", ["(day='a', h=1)", "(day='b', h=1)"])
def test_none_is_added_if_one_of_them_is_there_already(lake: TestLake, second: str) -> None:
    lake.do("alter table t add partition (day='a', h=1)")
    with pytest.raises(SqlError, match="Partition already exists"):
        lake.do(f"alter table t add partition (day='b', h=1) partition {second}")
    assert partitions(lake) == ["day=a/h=1"]


def test_partitions_are_dropped_by_some_of_their_columns(lake: TestLake) -> None:
    lake.do("alter table t add partition (day='a', h=1) partition (day='a', h=2) partition (day='b', h=1)")
    lake.do("alter table t drop partition (day='a'), partition (day='b', h=1)")
    assert partitions(lake) == []
    lake.do("alter table t drop if exists partition (day='a')")
    with pytest.raises(SqlError, match="Partition not found"):
        lake.do("alter table t drop partition (day='a')")


def test_a_partition_is_renamed_and_moved(lake: TestLake) -> None:
    lake.put("else/x", b"2\n")
    lake.do("alter table t add partition (day='a', h=1)")
    lake.do("alter table t partition (day='a', h=1) rename to partition (day='z', h=1)")
    lake.do("alter table t partition (day='z', h=1) set location 's3://some-data/else/'")
    assert lake.rows("t", ["id", "day"]) == [(2, "z")]


def test_folders_are_found(lake: TestLake) -> None:
    for key in ("t/day=a%3Ab/h=1/x", "t/day=b/H=2/x", "t/day=b/other", "t/h=1/day=c/x"):
        lake.put(key, b"1\n")
    assert lake.do("MSCK REPAIR TABLE t") == [
        ("Partitions not in metastore:\tt:day=a:b/h=1 t:day=b/h=2",),
        ("Repair: Added partition to metastore t:day=a:b/h=1",),
        ("Repair: Added partition to metastore t:day=b/h=2",),
    ]
    assert partitions(lake) == ["day=a:b/h=1", "day=b/h=2"]
    assert lake.do("msck repair table t") == []


@pytest.mark.parametrize(
    "text",
    [
        "alter table t add partition (day='b', h=1) partition (day='c', h=1) garbage",
        "alter table t add partition (day='b', h=1) partition (day='c', h=1) location",
        "alter table t add if not exists",
        "alter table t drop partition (day='a') nonsense",
        "alter table t drop partition (day='a'),",
        "alter table t drop if exists",
        "alter table t partition (day='a', h=1) rename to partition (day='b', h=1) garbage",
    ],
)
def test_a_statement_that_goes_wrong_at_its_end_has_changed_nothing(lake: TestLake, text: str) -> None:
    lake.do("alter table t add partition (day='a', h=1)")
    with pytest.raises(SqlError, match="mismatched input") as wrong:
        lake.do(text)
    assert wrong.value.code == "SYNTAX_ERROR"
    assert partitions(lake) == ["day=a/h=1"]


def test_one_of_several_that_cannot_be_is_no_partition_more_or_less(lake: TestLake) -> None:
    lake.do("alter table t add partition (day='a', h=1)")
    with pytest.raises(SqlError, match="non-partition columns"):
        lake.do("alter table t add partition (day='b', h=1) partition (hour=1)")
    with pytest.raises(SqlError, match="Partition not found"):
        lake.do("alter table t drop partition (day='a'), partition (day='b')")
    assert partitions(lake) == ["day=a/h=1"]


@pytest.mark.parametrize(
    "text",
    [
        "alter table t add partition (day='a', h=1, h=2)",
        "alter table t drop partition (day='a', DAY='b')",
        "alter table t set tblproperties ('x'='1', 'x'='2')",
    ],
)
def test_what_is_said_twice_is_refused(lake: TestLake, text: str) -> None:
    with pytest.raises(SqlError, match="is given twice"):
        lake.do(text)


@pytest.mark.parametrize(
    "text",
    [
        "alter table t add partition (day='a')",
        "alter table t add partition (day='a', hour=1)",
        "alter table t drop partition (hour=1)",
        "alter table i add partition (day='a')",
        "show partitions i",
        "show partitions plain",
        "msck repair table i",
    ],
)
def test_what_makes_no_sense_is_refused(lake: TestLake, text: str) -> None:
    lake.do("create table i (day string) location 's3://some-data/i/' tblproperties ('table_type'='ICEBERG')")
    lake.do("create external table plain (day string) location 's3://some-data/i/'")
    with pytest.raises(SqlError, match="SemanticException"):
        lake.do(text)
