"""The choice of a third of many cases."""

from collections.abc import Sequence

from tests.thirds import third_of


def test_three_thirds_are_all_cases_and_about_as_many_each() -> None:
    cases: Sequence[int] = range(100)
    thirds = [third_of(cases, commit) for commit in ("0", "1", "2")]
    assert sorted(case for third in thirds for case in third) == list(cases)
    assert {len(third) for third in thirds} == {33, 34}
