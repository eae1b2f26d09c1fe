"""Rules as a suite of Great Expectations. Imports it where it is called, which takes seconds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique

if TYPE_CHECKING:
    import great_expectations as gx
    from great_expectations.expectations.expectation import Expectation

LARGEST_DOUBLE: Final = 1.7976931348623157e308


def suite(name: str, rules: Sequence[Rule], columns: pa.Schema, by: Sequence[str]) -> "gx.ExpectationSuite":
    """An expectation for each rule, which calls it by its name (meta's `rule`).

    Args:
        columns: those that the rules look at, and others.
        by: columns within whose values Unique compares rows, those of a day.
    """
    import great_expectations as gx  # noqa: PLC0415 - see above

    return gx.ExpectationSuite(name=name, expectations=[expectation(rule, columns, by) for rule in rules])


def expectation(rule: Rule, columns: pa.Schema, by: Sequence[str]) -> "Expectation":
    """A rule as an expectation: it finds as many unexpected rows as break the rule.

    But for Unique, of which it finds all rows that are there several times, the first of them too.
    """
    import great_expectations.expectations as gxe  # noqa: PLC0415 - see above

    meta = {"rule": rule.name}
    match rule:
        case NotNull():
            return gxe.ExpectColumnValuesToNotBeNull(column=rule.column, meta=meta)
        case Above():
            # Without a greatest value it would ask for "<=" the bound, which does not hold for NaN. Only where one may
            # be: Airflow's database has no room for so large a number.
            largest = LARGEST_DOUBLE if pa.types.is_floating(columns.field(rule.column).type) else None
            return gxe.ExpectColumnValuesToBeBetween(
                column=rule.column, min_value=float(rule.bound), strict_min=True, max_value=largest, meta=meta
            )
        case NotBefore():
            return gxe.ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=rule.column,
                column_B=rule.other,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                meta=meta,
            )
        case OneOf():
            return gxe.ExpectColumnValuesToBeInSet(column=rule.column, value_set=list(rule.values), meta=meta)
        case Unique():
            return gxe.ExpectCompoundColumnsToBeUnique(
                column_list=[*by, *rule.columns], ignore_row_if="any_value_is_missing", meta=meta
            )
