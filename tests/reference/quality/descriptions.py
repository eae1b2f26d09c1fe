"""What a checkpoint says of the rules, made up: the form of Great Expectations' `describe_dict`."""

from collections.abc import Mapping, Sequence
from typing import Any

from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique


def described(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A description with these expectations."""
    return {"success": all(one["success"] for one in found), "validation_results": [{"expectations": list(found)}]}


def expectations(rules: Sequence[Rule], counts: Mapping[str, int], by: Sequence[str]) -> list[dict[str, Any]]:
    """One for each rule, which has found so many unexpected rows."""
    return [_expectation(rule, counts[rule.name], by) for rule in rules]


def _expectation(rule: Rule, count: int, by: Sequence[str]) -> dict[str, Any]:
    name, kwargs = _asked(rule, by)
    result = {"element_count": 100, "unexpected_count": count}
    return {"expectation_type": name, "success": count == 0, "kwargs": {"batch_id": "x"} | kwargs, "result": result}


def _asked(rule: Rule, by: Sequence[str]) -> tuple[str, dict[str, Any]]:
    match rule:
        case NotNull():
            return "expect_column_values_to_not_be_null", {"column": rule.column}
        case Above():
            return "expect_column_values_to_be_between", {"column": rule.column, "min_value": float(rule.bound)}
        case NotBefore():
            columns = {"column_A": rule.column, "column_B": rule.other}
            return "expect_column_pair_values_a_to_be_greater_than_b", columns
        case OneOf():
            return "expect_column_values_to_be_in_set", {"column": rule.column, "value_set": list(rule.values)}
        case Unique():
            return "expect_compound_columns_to_be_unique", {"column_list": [*by, *rule.columns]}
