"""Tables and views are dropped, each by its own statement."""

import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.lake.views import create_view
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import View
from tests.scenarios.targets.embedded.athena.lakes import TestLake


def test_the_files_of_an_iceberg_table_go_with_it(lake: TestLake) -> None:
    schema = pa.schema([("id", pa.int64())])
    lake.make("t", schema).append(pa.table({"id": [1]}, schema))
    lake.put("t2/else", b"of another")
    lake.do("DROP TABLE `t`")
    assert lake.stored() == ["t2/else"]
    assert lake.do("show tables") == []


def test_the_files_of_a_hive_table_stay(lake: TestLake) -> None:
    lake.put("t/file", b"1")
    lake.do("create external table t (id int) location 's3://some-data/t/'")
    lake.do("drop table db.t")
    assert lake.stored() == ["t/file"]


def test_what_is_not_there_cannot_be_dropped(lake: TestLake) -> None:
    lake.do("drop table if exists t")
    lake.do("drop view if exists t")
    with pytest.raises(SqlError, match=r"Table not found db.t"):
        lake.do("drop table t")
    with pytest.raises(SqlError, match=r"View not found db.t"):
        lake.do("drop view t")


def test_a_view_is_no_table(lake: TestLake) -> None:
    create_view(lake.lake.glue, "db", "v", View("SELECT 1 a", "db", [("a", types.INTEGER)]))
    with pytest.raises(SqlError, match="Cannot drop a view with DROP TABLE"):
        lake.do("drop table v")
    lake.do("drop view v")
    assert lake.do("show tables") == []
