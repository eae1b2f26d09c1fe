"""What SHOW CREATE shows makes the same again."""

import pytest

from scenarios.targets.embedded.athena.lake.views import create_view
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import View
from tests.scenarios.targets.embedded.athena.lakes import TestLake

HIVE = """create external table t (id int comment 'it''s', `of` struct<a:int>) partitioned by (day string, h int)
row format delimited fields terminated by '\\t' location 's3://some-data/t/' tblproperties ('a'='b', 'c'='d')"""
ICEBERG = """create table t (id bigint, ts timestamp) partitioned by (id, day(ts), bucket(4, id))
location 's3://some-data/t' tblproperties ('table_type'='ICEBERG', 'a'='b')"""


@pytest.mark.parametrize("text", [HIVE, ICEBERG])
def test_a_table_is_made_again_by_what_is_shown(lake: TestLake, text: str) -> None:
    lake.do(text)
    shown = "\n".join(line for (line,) in lake.do("show create table t"))
    lake.do("drop table t")
    lake.do(shown)
    assert "\n".join(line for (line,) in lake.do("show create table t")) == shown


def test_a_hive_table_is_shown_with_its_classes(lake: TestLake) -> None:
    lake.do(HIVE)
    shown = [line for (line,) in lake.do("show create table t")]
    assert shown[:3] == ["CREATE EXTERNAL TABLE `t`(", "  `id` int COMMENT 'it\\'s',", "  `of` struct<a:int>)"]
    assert "  'org.apache.hadoop.mapred.TextInputFormat' " in shown


def test_a_view_is_shown_as_it_was_written(lake: TestLake) -> None:
    create_view(lake.lake.glue, "db", "v", View("SELECT 1 a\nFROM t", "db", [("a", types.INTEGER)]))
    assert lake.do("show create view v") == [("CREATE VIEW db.v AS",), ("SELECT 1 a",), ("FROM t",)]


def test_a_table_is_no_view(lake: TestLake) -> None:
    lake.do(ICEBERG)
    with pytest.raises(SqlError, match=r"View not found db.t"):
        lake.do("show create view t")
