"""A table is described as Hive does it."""

import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import TestLake

HIVE = """create external table t (id int comment 'a number', `of` struct<a:int>) partitioned by (day string)
location 's3://some-data/t/' tblproperties ('a'='b')"""
ICEBERG = """create table t (id bigint, ts timestamp) partitioned by (id, day(ts)) location 's3://some-data/t/'
tblproperties ('table_type'='ICEBERG')"""


def lines(lake: TestLake, text: str) -> list[str]:
    return ["\t".join(row) for row in lake.do(text)]


def test_columns_of_a_hive_table_are_twenty_characters_wide(lake: TestLake) -> None:
    lake.do(HIVE)
    assert lines(lake, "describe t") == [
        "id                  \tint                 \ta number            ",
        "of                  \tstruct<a:int>       \t                    ",
        "day                 \tstring              \t                    ",
        "\t\t",
        "# Partition Information\t                    \t                    ",
        "# col_name          \tdata_type           \tcomment             ",
        "\t\t",
        "day                 \tstring              \t                    ",
    ]


def test_an_iceberg_table_has_its_partition_spec(lake: TestLake) -> None:
    lake.do(ICEBERG)
    assert [line.split() for line in lines(lake, "DESC db.t")] == [
        ["#", "Table", "schema:"],
        ["#", "col_name", "data_type", "comment"],
        ["id", "bigint"],
        ["ts", "timestamp"],
        [],
        ["#", "Partition", "spec:"],
        ["#", "field_name", "field_transform", "column_name"],
        ["id", "identity", "id"],
        ["ts_day", "day", "ts"],
    ]


@pytest.mark.parametrize("word", ["formatted", "extended"])
def test_more_is_told_if_it_is_asked_for(lake: TestLake, word: str) -> None:
    lake.do(HIVE)
    told = lines(lake, f"describe {word} t")
    assert "Location:           \ts3://some-data/t/   \t                    " in told
    assert "                    \ta                   \tb                   " in told


def test_what_is_not_there_is_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match=r"Table not found db.nothing"):
        lake.do("describe nothing")
