"""Statements are cut into words as Hive does it."""

import pytest

from scenarios.targets.embedded.athena.ddl.tokens import Cursor, creates_from_query, tokenize, tokenize_sql
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
    ("text", "creates"),
    [
        ("create table t as select 1", True),
        ("create table t with (a = 1) as (select 1)", True),
        ("create table t (`as` int)", False),
        ("create view v as select 1", False),
    ],
)
def test_a_table_of_a_query_is_told_from_others(text: str, creates: bool) -> None:
    assert creates_from_query(tokenize(text)) == Cursor(text).creates_from_query() == creates


def test_sql_is_cut_into_words_too() -> None:
    statement = "SELECT 'it''s (', \"a\"\"b\" -- x ;\n, `c` /* ( */ FROM t;"
    found = tokenize_sql(statement)
    assert [token.text for token in found] == ["SELECT", "'it''s ('", ",", '"a""b"', ",", "`c`", "FROM", "t"]
    assert [token.value for token in found[1:6:2]] == ["it's (", 'a"b', "c"]


def test_a_backslash_is_an_escape_in_hives_language_alone() -> None:
    statement = r"TO 'C:\' WITH (a = 'b')"
    assert [token.value for token in tokenize_sql(statement)][1] == "C:\\"
    assert [token.value for token in tokenize(statement)][1] == "C:' WITH (a = "
