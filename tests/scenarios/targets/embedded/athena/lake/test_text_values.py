"""Texts become values; what is none becomes null."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from scenarios.targets.embedded.athena.lake.hive_types import from_hive
from scenarios.targets.embedded.athena.lake.text_values import parser
from scenarios.targets.embedded.athena.sql.errors import SqlError


@pytest.mark.parametrize(
    ("hive", "text", "value"),
    [
        ("int", "-7", -7),
        ("int", "2147483648", None),
        ("tinyint", "127", 127),
        ("bigint", "7.0", None),
        ("bigint", "", None),
        ("double", "1e3", 1000.0),
        ("double", "x", None),
        ("decimal(5,2)", "1.005", Decimal("1.00")),
        ("decimal(5,2)", "1234.5", None),
        ("decimal(5,2)", "x", None),
        ("boolean", "TRUE", True),
        ("boolean", "1", None),
        ("date", "2018-05-24", date(2018, 5, 24)),
        ("date", "24.5.2018", None),
        ("timestamp", "2018-05-24 07:01:02.5", datetime(2018, 5, 24, 7, 1, 2, 500_000)),  # noqa: DTZ001 - it has none
        ("timestamp", "soon", None),
        ("string", " a ", " a "),
        ("varchar(2)", "abc", "ab"),
        ("char(3)", "a  ", "a"),
    ],
)
def test_a_text_is_a_value_or_none(hive: str, text: str, value: Any) -> None:
    assert parser(from_hive(hive))(text) == value


def test_what_is_nested_is_refused() -> None:
    with pytest.raises(SqlError, match=r"array\(integer\) in files of text is not supported"):
        parser(from_hive("array<int>"))
