"""Texts become values; what is none becomes null."""

# ruff: noqa: DTZ001 - Hive's timestamps have no zone

from datetime import date, datetime
from decimal import Decimal
from math import inf
from typing import Any

import pytest

from scenarios.targets.embedded.athena.lake.hive.text_values import parser
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.sql.errors import SqlError


@pytest.mark.parametrize(
    ("hive", "text", "value"),
    [
        ("int", "-7", -7),
        ("int", "2147483648", None),
        ("tinyint", "127", 127),
        ("bigint", "7.0", None),
        ("bigint", "", None),
        ("int", "0" * 5_000 + "7", 7),
        ("bigint", "9" * 5_000, None),
        ("int", "1_000", None),
        ("int", "\u0661", None),
        ("double", "1e3", 1000.0),
        ("double", " -.5f ", -0.5),
        ("double", "-Infinity", -inf),
        ("double", "x", None),
        ("double", "inf", None),
        ("double", "1_000", None),
        ("double", "\u0661", None),
        ("decimal(5,2)", "1.005", Decimal("1.01")),
        (
            "decimal(38,2)",
            "123456789012345678901234567890123456.785",
            Decimal("123456789012345678901234567890123456.79"),
        ),
        ("decimal(5,2)", "1234.5", None),
        ("decimal(5,2)", "x", None),
        ("decimal(5,2)", "NaN", None),
        ("decimal(5,2)", "1_0", None),
        ("boolean", "TRUE", True),
        ("boolean", "1", None),
        ("date", "2018-05-24", date(2018, 5, 24)),
        ("date", " 2018-5-4 ", date(2018, 5, 4)),
        ("date", "2018-05-24 07:01:02", date(2018, 5, 24)),
        ("date", "2018-02-30", date(2018, 3, 2)),
        ("date", "2018-13-01", date(2019, 1, 1)),
        ("date", "9999-12-32", None),
        ("date", "20180524", None),
        ("date", "2018-W21-4", None),
        ("date", "2018-05-24T07:01:02", None),
        ("date", "24.5.2018", None),
        ("timestamp", "2018-05-24 07:01:02.5", datetime(2018, 5, 24, 7, 1, 2, 500_000)),
        ("timestamp", "2018-05-24 7:1:2.123987654", datetime(2018, 5, 24, 7, 1, 2, 123_000)),
        ("timestamp", "2018-05-24T07:01", datetime(2018, 5, 24, 7, 1)),
        ("timestamp", "2018-05-24", datetime(2018, 5, 24)),
        ("timestamp", "2018-05-24 24:00:00", datetime(2018, 5, 25)),
        ("timestamp", "2018-05-24 07:01", None),
        ("timestamp", "20180524T101112", None),
        ("timestamp", "2018-W21-4", None),
        ("timestamp", "2018-05-24 07:01:02+02:00", None),
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
