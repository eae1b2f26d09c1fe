"""A result's rows as they are printed."""

import json

import pytest

from scenarios.cli.sql_rows import write_csv, write_json, write_table
from scenarios.targets.athena import Page
from scenarios.targets.errors import WrongUse

COLUMNS = [("name", "varchar"), ("count", "bigint"), ("share", "double"), ("price", "decimal(10,2)")]
PAGES = [
    Page(COLUMNS, [["São Paulo", "12", "0.5", "1.50"], ['a "b"\nc', None, "NaN", "10.00"]], 0),
    Page(COLUMNS, [["", "7", "1.0E9", "0.01"]], 0),
]


def test_a_tables_numbers_stand_to_the_right_and_each_row_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert not write_table(PAGES, 10)
    assert capsys.readouterr().out.splitlines() == [
        "name       count  share  price",
        "São Paulo     12    0.5   1.50",
        'a "b"\\nc    NULL    NaN  10.00',
        "               7  1.0E9   0.01",
    ]


def test_a_table_has_no_more_rows_than_asked_for_and_says_whether_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert write_table(PAGES, 1)
    assert not write_table(PAGES, 3)
    assert capsys.readouterr().out.count("São Paulo") == 2


def test_nothing_is_printed_of_a_statement_without_columns(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = [Page([], [], 0)]
    assert not write_table(nothing, 10)
    write_csv(nothing)
    assert capsys.readouterr().out == ""


def test_csv_tells_null_from_an_empty_text(capsys: pytest.CaptureFixture[str]) -> None:
    write_csv(PAGES)
    assert capsys.readouterr().out == (
        '"name","count","share","price"\n'
        '"São Paulo","12","0.5","1.50"\n"a ""b""\nc",,"NaN","10.00"\n'
        '"","7","1.0E9","0.01"\n'
    )


def test_json_has_numbers_that_json_can_hold(capsys: pytest.CaptureFixture[str]) -> None:
    write_json(PAGES)
    assert json.loads(capsys.readouterr().out) == [
        {"name": "São Paulo", "count": 12, "share": 0.5, "price": "1.50"},
        {"name": 'a "b"\nc', "count": None, "share": "NaN", "price": "10.00"},
        {"name": "", "count": 7, "share": 1e9, "price": "0.01"},
    ]


@pytest.mark.parametrize("page", [Page(COLUMNS, [], 0), Page([], [], 3)])
def test_json_of_no_rows_is_an_empty_array(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    write_json([page])
    assert json.loads(capsys.readouterr().out) == []


def test_json_is_refused_before_anything_is_printed_where_a_name_is_there_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(WrongUse, match="two columns are called 'a'"):
        write_json([Page([("a", "integer"), ("a", "integer")], [["1", "2"]], 0)])
    assert capsys.readouterr().out == ""
