"""Literals are made to fit; those that cannot fit rule nothing out."""

from decimal import Decimal

import pytest
from pyiceberg.expressions import AlwaysTrue, And, Not, Or
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, DoubleType, LongType, NestedField

from scenarios.targets.embedded.athena.lake.conditions.fitting import fitted
from tests.scenarios.targets.embedded.athena.conditions import EqualTo, GreaterThan, In, NotEqualTo, NotNull

SCHEMA = Schema(NestedField(1, "price", DecimalType(12, 2)), NestedField(2, "id", LongType()))


@pytest.mark.parametrize("given", [Decimal("0.5"), Decimal("0.500"), "0.5"])
def test_a_decimal_gets_the_scale_of_its_column(given: object) -> None:
    assert fitted(GreaterThan("price", given), SCHEMA) == GreaterThan("price", Decimal("0.50"))


def test_so_does_each_of_a_list() -> None:
    assert fitted(In("price", [Decimal(1), Decimal(2)]), SCHEMA) == In("price", [Decimal("1.00"), Decimal("2.00")])


def test_what_cannot_fit_is_taken_as_true() -> None:
    assert fitted(And(EqualTo("price", Decimal("0.505")), EqualTo("id", 1)), SCHEMA) == EqualTo("id", 1)
    assert fitted(EqualTo("id", "x"), SCHEMA) == AlwaysTrue()


def test_what_needs_no_literal_stays() -> None:
    assert fitted(NotNull("PRICE"), SCHEMA) == NotNull("PRICE")


def test_other_columns_are_left_out() -> None:
    assert fitted(And(NotNull("$path"), EqualTo("id", 1)), SCHEMA) == EqualTo("id", 1)


def test_what_is_not_a_number_is_neither_more_nor_less() -> None:
    floats = Schema(NestedField(1, "x", DoubleType()), NestedField(2, "id", LongType()))
    assert fitted(And(Not(GreaterThan("X", 5.0)), Not(EqualTo("id", 1))), floats) == NotEqualTo("id", 1)
    assert fitted(Not(Or(EqualTo("id", 1), Not(GreaterThan("x", 5.0)))), floats) == AlwaysTrue()
