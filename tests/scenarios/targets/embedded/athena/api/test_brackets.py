"""Brackets and commas of a statement, and its sort."""

import pytest

from scenarios.targets.embedded.athena.api.brackets import closing, parts
from scenarios.targets.embedded.athena.api.kinds import kind_of
from scenarios.targets.embedded.athena.ddl.tokens import tokenize_sql


def test_the_bracket_that_closes_another() -> None:
    found = tokenize_sql("a (b (c) ')' [d]) e (")
    assert closing(found, 1) == len(found) - 3
    assert closing(found, len(found) - 1) is None


def test_parts_are_between_the_commas_outside_of_brackets() -> None:
    statement = "f(1, 2), 'a,b' , ARRAY[3, 4]"
    assert list(parts(statement, tokenize_sql(statement))) == ["f(1, 2)", "'a,b'", "ARRAY[3, 4]"]
    assert list(parts("", [])) == []


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("SELECT 1", "SELECT"),
        ("values 1", "SELECT"),
        ("/* x */ (SELECT 1)", "SELECT"),
        ("MERGE INTO t USING s ON true", "MERGE"),
        ("create table a with (x = 1) as with b as (select 1) select 1", "CREATE_TABLE_AS_SELECT"),
        ("CREATE TABLE a (as_of int)", "CREATE_TABLE"),
        ("CREATE EXTERNAL TABLE a (b int)", "CREATE_TABLE"),
        ("ALTER TABLE a ADD COLUMNS (b int)", "ALTER_TABLE"),
        ("DESC t", "DESCRIBE_TABLE"),
        ("SHOW CREATE TABLE t", "SHOW_CREATE_TABLE"),
        ("SHOW TABLES IN a", "SHOW_TABLES"),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", "CREATE_VIEW"),
        ("EXPLAIN SELECT 1", "EXPLAIN"),
        ("PREPARE a FROM SELECT 1", "PREPARE"),
    ],
)
def test_a_statements_sort(statement: str, name: str) -> None:
    assert kind_of(statement)[1] == name
