"""The choice of a share of many cases."""

from collections.abc import Sequence

from tests.shares import SHARES, share_of


def test_all_shares_are_all_cases_and_about_as_many_each() -> None:
    cases: Sequence[int] = range(100)
    shares = [share_of(cases, f"{commit:x}") for commit in range(SHARES)]
    assert sorted(case for share in shares for case in share) == list(cases)
    assert {len(share) for share in shares} == {16, 17}
