"""What a checkpoint's description says: which rows are bad, or nothing at all; and whether the count says the same."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from reference.errors import NoVerdict
from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique
from reference.quality.verdict import disagreement, verdict
from tests.reference.quality.descriptions import described, expectations

RULES: list[Rule] = [
    NotNull(name="there", rule="not-null", column="a"),
    Above(name="above-0", rule="above", column="a", bound=Decimal(0)),
    Above(name="above-9", rule="above", column="a", bound=Decimal(9)),
    NotBefore(name="in-order", rule="not-before", column="b", other="a"),
    OneOf(name="known", rule="one-of", column="c", values=("x",)),
    Unique(name="once", rule="unique", columns=("a", "b")),
]
BY = ("day",)
NONE = dict.fromkeys((rule.name for rule in RULES), 0)
SOME = {rule.name: number for number, rule in enumerate(RULES, 1)}


def changed(place: int, **changes: Any) -> dict[str, Any]:
    """A description of SOME, of which one expectation is another."""
    found = expectations(RULES, SOME, BY)
    found[place] |= changes
    return described(found)


@pytest.mark.parametrize("counts", [NONE, SOME, NONE | {"once": 2}])
def test_each_rule_has_the_rows_that_its_expectation_has_found(counts: Mapping[str, int]) -> None:
    assert verdict(described(expectations(RULES, counts, BY)), RULES, BY) == counts
    turned = described([*expectations(RULES, counts, BY)[3:], *expectations(RULES, counts, BY)[:3]])
    assert verdict(turned, RULES, BY) == counts


def test_a_table_without_rows_has_none_that_fail() -> None:
    found = expectations(RULES, NONE, BY)
    found[-1]["result"] = {"element_count": 0, "unexpected_count": None}
    assert verdict(described(found), RULES, BY) == NONE


@pytest.mark.parametrize(
    ("description", "told"),
    [
        (None, "came to no result"),
        ({}, "came to no result"),
        ({"success": True, "validation_results": []}, "came to no result"),
        ({"success": True, "validation_results": [{}]}, "did not answer anything"),
        (described([]), "did not answer anything"),
        (described(expectations(RULES, SOME, BY)) | {"success": True}, "contradicts itself: success is True"),
        (described(expectations(RULES, NONE, BY)) | {"success": False}, "contradicts itself: success is False"),
        (described(expectations(RULES, NONE, BY)) | {"success": "True"}, "contradicts itself"),
        (changed(0, result={}), "did not answer expect_column_values_to_not_be_null"),
        (changed(1, result=None), "did not answer expect_column_values_to_be_between"),
        (changed(1, result={"element_count": 3}), "did not answer expect_column_values_to_be_between"),
        (changed(0, kwargs={"column": "b"}), "put 6 expectations, not those of the 6 rules"),
        (changed(0, expectation_type="expect_this"), "put 6 expectations, not those of the 6 rules"),
        (changed(5, kwargs={"column_list": ["a", "b"]}), "put 6 expectations, not those of the 6 rules"),
        (described(expectations(RULES[1:], SOME, BY)), "put 5 expectations, not those of the 6 rules"),
        (described(expectations([*RULES, RULES[0]], SOME, BY)), "put 7 expectations, not those of the 6 rules"),
    ],
)
def test_what_does_not_answer_for_each_rule_is_no_verdict(description: dict[str, Any] | None, told: str) -> None:
    with pytest.raises(NoVerdict, match=told):
        verdict(description, RULES, BY)


@pytest.mark.parametrize(("found", "counted"), [(0, 0), (2, 1), (3, 2), (4, 2)])
def test_of_equal_rows_the_first_is_found_but_not_counted(found: int, counted: int) -> None:
    assert disagreement(RULES, NONE | {"once": found}, NONE | {"once": counted}) is None


@pytest.mark.parametrize(("found", "counted"), [(0, 1), (1, 0), (1, 1), (3, 1), (5, 2), (2, 2)])
def test_equal_rows_that_cannot_be_so_many_are_told(found: int, counted: int) -> None:
    told = disagreement(RULES, NONE | {"once": found}, NONE | {"once": counted})
    assert told == f"once: {found} and {counted}"


def test_every_rule_that_differs_is_told_and_the_others_are_not() -> None:
    told = disagreement(RULES, NONE | {"there": 1, "known": 7_000}, NONE | {"known": 6_999, "in-order": 2})
    assert told == "there: 1 and 0, in-order: 0 and 2, known: 7,000 and 6,999"
