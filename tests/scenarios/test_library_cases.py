"""The choice of a third of all cases."""

from tests.scenarios.library_cases import all_cases, chosen


def test_three_thirds_are_all_cases() -> None:
    thirds = [chosen("third", commit) for commit in ("0", "1", "2")]
    assert sorted(map(str, [case for third in thirds for case in third])) == sorted(map(str, all_cases()))
    assert max(map(len, thirds)) - min(map(len, thirds)) <= 1


def test_all_are_all() -> None:
    assert chosen("all", "1") == all_cases()


def test_no_case_is_there_twice() -> None:
    names = [str(case) for case in all_cases()]
    assert len(names) == len(set(names))
