"""Literals are made to fit; those that cannot fit rule nothing out."""

from decimal import Decimal

import pytest
from pyiceberg.expressions import AlwaysTrue, And
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, LongType, NestedField

from scenarios.targets.embedded.athena.lake.fitting import fitted
from tests.scenarios.targets.embedded.athena.conditions import EqualTo, GreaterThan, In, NotNull

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


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="Could not find field"):
        fitted(NotNull("cost"), SCHEMA)
