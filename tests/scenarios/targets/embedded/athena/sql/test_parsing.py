"""What is no statement is said so, with the place; what is nested too deeply is refused."""

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.asking import ask


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT 1 FROM", "line 1:14: mismatched input '<EOF>'"),
        ("SELECT (1", "line 1:10: mismatched input '<EOF>'"),
        ("SELECT 1 FROM WHERE", "line 1:15: mismatched input 'WHERE'"),
        ("SELECT a\n FROM t x y", "line 2:11: mismatched input 'y'"),
        ("SELECT x FROM (VALUES 1) t GROUP", "line 1:28: mismatched input 'GROUP'"),
        ("SELECT 'a", "a text, a name or a comment does not end"),
        ("SELECT FROM t", "line 1:8: mismatched input 'FROM'"),
        ("SELECT 1::bigint", "line 1:9: mismatched input '::'"),
        (
            "SELECT 1 AS `a`",
            "line 1:13: backquoted identifiers are not supported; use double quotes to quote identifiers",
        ),
        ("", "there is no statement"),
        ("SELECT 1; SELECT 2", "a request is one statement, and these are 2"),
        ("SELECT 1a", "identifiers must not start with a digit: 1a"),
    ],
)
def test_a_syntax_error_says_where_it_is(engine: Engine, sql: str, said: str) -> None:
    with pytest.raises(SqlError) as failed:
        ask(engine, sql)
    assert (failed.value.code, str(failed.value)) == ("SYNTAX_ERROR", said)


def test_what_is_nested_too_deeply_is_refused(engine: Engine) -> None:
    with pytest.raises(SqlError, match="the statement is nested too deeply"):
        ask(engine, f"SELECT {'(' * 2_000}1{')' * 2_000}")
