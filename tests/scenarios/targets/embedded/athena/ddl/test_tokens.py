"""Statements are cut into words as Hive does it."""

import pytest

from scenarios.targets.embedded.athena.ddl.tokens import Cursor, tokenize
from scenarios.targets.embedded.athena.sql.errors import SqlError


def test_comments_and_the_last_semicolon_are_no_words() -> None:
    text = "show /* all\n */ tables -- of it\n ; "
    assert [token.text for token in tokenize(text)] == ["show", "tables"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"'a'", "a"),
        (r"'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r"'\t'", "\t"),
        (r"'\\'", "\\"),
        (r"'\001'", "\1"),
        (r"'\u0041'", "A"),
    ],
)
def test_a_text_may_have_escapes(written: str, meant: str) -> None:
    assert Cursor(written).string() == meant


@pytest.mark.parametrize("written", ["`My Table`", '"My Table"'])
def test_a_name_may_stand_in_quotes(written: str) -> None:
    assert Cursor(written).name() == "my table"


def test_keywords_are_known_in_either_case() -> None:
    cursor = Cursor("If nOT exists t")
    assert cursor.accept("IF", "NOT", "EXISTS")
    assert cursor.name() == "t"
    cursor.end()


def test_a_keyword_in_quotes_is_a_name() -> None:
    assert not Cursor("`if` not exists").comes("IF")


def test_an_error_says_where_it_is() -> None:
    cursor = Cursor("drop\n  table 7")
    cursor.expect("DROP", "TABLE")
    with pytest.raises(SqlError, match=r"line 2:9: mismatched input '7'. Expecting: a name") as wrong:
        cursor.name()
    assert wrong.value.code == "SYNTAX_ERROR"


def test_the_rest_is_as_it_is_written() -> None:
    cursor = Cursor("optimize t  where a  = 'x' ;")
    cursor.take(), cursor.take()
    assert cursor.rest() == "where a  = 'x'"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("create table t as select 1", True),
        ("create table t with (a = 1) as (select 1)", True),
        ("create table t (`as` int)", False),
    ],
)
def test_a_query_within_is_found(text: str, holds: bool) -> None:
    assert Cursor(text).holds_query() == holds
