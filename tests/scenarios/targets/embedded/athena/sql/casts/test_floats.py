"""Numbers are written as Java writes them."""

import pytest

from scenarios.targets.embedded.athena.sql.casts.floats import shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (-0.0, "-0.0"),
        (100.0, "100.0"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (-12345678.5, "-1.23456785E7"),
        (0.001, "0.001"),
        (0.0009, "9.0E-4"),
        (1e100, "1.0E100"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_a_double(value: float, text: str) -> None:
    assert shown(value) == text


def test_a_real_has_the_digits_of_a_real() -> None:
    assert shown(0.10000000149011612, "real") == "0.1"
