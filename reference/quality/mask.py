"""Rules on Arrow tables: which rows break them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from reference.quality.predicate import PLACE
from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique


def broken(rule: Rule, rows: pa.Table) -> Any:
    """For each row whether it breaks the rule, a pa.BooleanArray without nulls.

    Args:
        rows: the rule's columns, and for a Unique those of PLACE, each pair of which is there once. They are compared
            as those of one day.
    """
    match rule:
        case NotNull():
            return _array(pc.is_null(rows[rule.column]))
        case Above():
            return _array(_not(_is_above(rows[rule.column], rule.bound)))
        case NotBefore():
            return _array(_not(pc.greater_equal(rows[rule.column], rows[rule.other])))
        case OneOf():
            column = rows[rule.column]
            known = pc.is_in(column, value_set=pa.array(rule.values, column.type))
            return _array(pc.and_(pc.invert(known), pc.is_valid(column)))
        case Unique():
            return _repeated(rule, rows)


def all_reasons(rules: Sequence[Rule], rows: pa.Table) -> list[list[str]]:
    """For each row the names of the rules that it breaks, in the rules' order."""
    masks = [(rule.name, broken(rule, rows).to_pylist()) for rule in rules]
    return [[name for name, mask in masks if mask[row]] for row in range(rows.num_rows)]


def _is_above(column: Any, bound: Decimal) -> Any:
    """By doubles where the column is of them; else by decimals, which hold every amount exactly."""
    if pa.types.is_floating(column.type):
        return pc.and_(pc.greater(column, pa.scalar(float(bound), column.type)), pc.is_finite(column))
    return pc.greater(column, pa.scalar(bound))


def _not(holds: Any) -> Any:
    """Where it does not hold; where nobody knows, it does."""
    return pc.fill_null(pc.invert(holds), False)


def _repeated(rule: Unique, rows: pa.Table) -> Any:
    """Rows whose equals, all columns having values, stand before them."""
    order = np.lexsort([_numbers(rows[name]) for name in reversed(PLACE)])
    codes = np.stack([_codes(rows[name])[order] for name in rule.columns], axis=1)
    is_first = np.zeros(rows.num_rows, bool)
    if rows.num_rows:
        is_first[np.unique(codes, axis=0, return_index=True)[1]] = True
    present = (codes >= 0).all(axis=1)
    mask = np.empty(rows.num_rows, bool)
    mask[order] = present & ~is_first
    return pa.array(mask)


def _codes(column: Any) -> Any:
    """A number for each value, the same for the same; -1 for null."""
    encoded = column.combine_chunks().dictionary_encode()
    return pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)


def _numbers(column: Any) -> Any:
    return column.combine_chunks().to_numpy(zero_copy_only=False)


def _array(mask: Any) -> Any:
    return mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask
