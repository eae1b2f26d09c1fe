"""pyathena's cursors that have rows, as its documentation uses them."""

from decimal import Decimal
from typing import Any

import pytest
from pyathena.async_cursor import AsyncCursor
from pyathena.connection import Connection
from pyathena.cursor import Cursor, DictCursor
from pyathena.error import OperationalError
from pyathena.s3fs.cursor import S3FSCursor

pytestmark = pytest.mark.integration

QUERY = "SELECT a, b, c FROM (VALUES (1, 'x', 1.50), (2, NULL, 2.25)) t(a, b, c)"
ROWS = [(1, "x", Decimal("1.50")), (2, None, Decimal("2.25"))]


@pytest.mark.parametrize("kind", [Cursor, S3FSCursor])
def test_rows_come_with_pythons_types(connection: Connection[Any], kind: type[Any]) -> None:
    assert connection.cursor(kind).execute(QUERY).fetchall() == ROWS


def test_rows_come_as_dictionaries(connection: Connection[Any]) -> None:
    rows = connection.cursor(DictCursor).execute(QUERY).fetchall()
    assert rows == [dict(zip("abc", row, strict=True)) for row in ROWS]


def test_queries_run_beside_each_other(connection: Connection[Any]) -> None:
    with connection.cursor(AsyncCursor) as cursor:
        futures = [cursor.execute(QUERY)[1] for _ in range(5)]
        assert [future.result().fetchall() for future in futures] == [ROWS] * 5


def test_columns_are_described(connection: Connection[Any]) -> None:
    described = connection.cursor().execute(QUERY).description
    assert [(name, kind, precision, scale) for name, kind, _, _, precision, scale, _ in described] == [
        ("a", "integer", 10, 0),
        ("b", "varchar", 1, 0),
        ("c", "decimal", 3, 2),
    ]


def test_parameters_become_part_of_the_text(connection: Connection[Any]) -> None:
    assert connection.cursor().execute("SELECT %(text)s", {"text": "it's"}).fetchone() == ("it's",)


def test_more_rows_than_a_page_are_fetched_page_by_page(connection: Connection[Any]) -> None:
    values = ", ".join(f"({number})" for number in range(2_500))
    rows = connection.cursor().execute(f"SELECT n FROM (VALUES {values}) t(n)").fetchall()
    assert rows == [(number,) for number in range(2_500)]


def test_an_error_is_said_in_athenas_words(connection: Connection[Any]) -> None:
    with pytest.raises(OperationalError, match="DIVISION_BY_ZERO: Division by zero"):
        connection.cursor().execute("SELECT 1 / 0")
