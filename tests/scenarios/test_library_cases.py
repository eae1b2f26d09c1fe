"""The choice of a share of all cases."""

from tests.scenarios.library_cases import all_cases, chosen
from tests.shares import SHARES


def test_all_shares_are_all_cases() -> None:
    shares = [chosen("share", f"{commit:x}") for commit in range(SHARES)]
    assert sorted(map(str, [case for share in shares for case in share])) == sorted(map(str, all_cases()))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_all_are_all() -> None:
    assert chosen("all", "1") == all_cases()


def test_no_case_is_there_twice() -> None:
    names = [str(case) for case in all_cases()]
    assert len(names) == len(set(names))
