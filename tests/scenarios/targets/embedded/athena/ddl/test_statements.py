"""What is Hive's is done; what is a query's is left to the engine."""

import pytest

from scenarios.targets.embedded.athena.ddl.statements import ddl
from scenarios.targets.embedded.athena.statement import Usage
from tests.scenarios.targets.embedded.athena.lakes import TestLake


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "create table t as select 1",
        "create table t with (format = 'PARQUET') as (select 1)",
        "create view v as select 1",
        "insert into t values (1)",
        "explain select 1",
        "show functions",
        "",
    ],
)
def test_what_the_engine_takes_is_left_to_it(lake: TestLake, text: str) -> None:
    assert ddl(text, "db", lake.lake, Usage()) is None


def test_a_statement_has_its_sort_and_name(lake: TestLake) -> None:
    made, shown = (ddl(text, "DB", lake.lake, Usage()) for text in ("create database x", "show tables"))
    assert made is not None
    assert shown is not None
    assert (made.kind, made.name, list(made.batches)) == ("DDL", "CREATE_DATABASE", [])
    assert (shown.kind, shown.name, [name for name, _ in shown.columns]) == ("UTILITY", "SHOW_TABLES", ["tab_name"])


def test_the_database_may_be_named_in_backticks(lake: TestLake) -> None:
    lake.do("CREATE EXTERNAL TABLE t (a int) LOCATION 's3://some-data/t/'", "`DB`")
    assert lake.do("SHOW TABLES", "db") == lake.do("SHOW TABLES", "`db`") == [("t",)]
