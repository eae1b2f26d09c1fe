"""What a checkpoint has found, by its description; and whether that is what the count by the same rules has found."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from reference.errors import NoVerdict
from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique

_EXPECTATIONS: Final = {
    NotNull: "expect_column_values_to_not_be_null",
    Above: "expect_column_values_to_be_between",
    NotBefore: "expect_column_pair_values_a_to_be_greater_than_b",
    OneOf: "expect_column_values_to_be_in_set",
    Unique: "expect_compound_columns_to_be_unique",
}
"""How a description calls what suite.expectation makes of a rule; it leaves out the rule's name."""

_Asked = tuple[str, tuple[str, ...]]


def verdict(description: Mapping[str, Any] | None, rules: Sequence[Rule], by: Sequence[str]) -> Mapping[str, int]:
    """Rule's name → how many unexpected rows its expectation has found; for `by` see suite.expectation.

    A statement that Athena did not answer is there as an expectation that is not met, without a result: no verdict.

    Raises:
        NoVerdict: the checkpoint did not run, some of its statements did not, or they are not those of the rules.
    """
    if not description or not description.get("validation_results"):
        raise NoVerdict("the checkpoint came to no result; its own log says why")
    found: dict[_Asked, list[int]] = defaultdict(list)
    met = []
    for validation in description["validation_results"]:
        expectations = validation.get("expectations") or ()
        unanswered = [str(one.get("expectation_type")) for one in expectations if not _is_answered(one)]
        if unanswered or not expectations:
            raise NoVerdict(f"Athena did not answer {', '.join(unanswered) or 'anything'}; its history says why")
        met += [one["success"] is True for one in expectations]
        for one in expectations:
            # None of a table without rows.
            found[one["expectation_type"], _looked_at(one["kwargs"])].append(one["result"]["unexpected_count"] or 0)
    if description.get("success") is not all(met):
        raise NoVerdict(f"the checkpoint contradicts itself: success is {description.get('success')!r}, of its "
                        f"{len(met)} expectations {sum(met)} are met")  # fmt: skip
    return _by_rule(found, rules, by)


def disagreement(rules: Sequence[Rule], found: Mapping[str, int], counted: Mapping[str, int]) -> str | None:
    """How the checkpoint and the count differ, in words; None if they agree on every rule.

    Args:
        found: rule's name → rows that the checkpoint found; of a Unique also the first of those that are equal.
        counted: rule's name → rows that break it.
    """
    differ = [rule.name for rule in rules if not _agree(rule, found[rule.name], counted[rule.name])]
    each = (f"{name}: {found[name]:,} and {counted[name]:,}" for name in differ)
    return ", ".join(each) or None


def _agree(rule: Rule, found: int, counted: int) -> bool:
    if isinstance(rule, Unique) and counted:
        # One more for each set of equal rows, of which there is one at least and one for each that is counted at most.
        return counted < found <= 2 * counted
    return found == counted


def _by_rule(found: Mapping[_Asked, list[int]], rules: Sequence[Rule], by: Sequence[str]) -> Mapping[str, int]:
    """Of rules of one kind on the same columns the order tells which is which."""
    names: dict[_Asked, list[str]] = defaultdict(list)
    for rule in rules:
        columns = (*by, *rule.columns) if isinstance(rule, Unique) else rule.columns
        names[_EXPECTATIONS[type(rule)], columns].append(rule.name)
    asked, answered = ({key: len(each) for key, each in given.items()} for given in (names, found))
    if asked != answered:
        raise NoVerdict(
            f"the checkpoint put {sum(answered.values())} expectations, not those of the {len(rules)} rules"
        )
    return {name: count for key, each in names.items() for name, count in zip(each, found[key], strict=True)}


def _is_answered(expectation: Mapping[str, Any]) -> bool:
    return "unexpected_count" in (expectation.get("result") or {})


def _looked_at(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    if "column_list" in kwargs:
        return tuple(kwargs["column_list"])
    return (kwargs["column"],) if "column" in kwargs else (kwargs["column_A"], kwargs["column_B"])
