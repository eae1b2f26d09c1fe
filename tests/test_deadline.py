"""After a time no slow test begins."""

from dataclasses import dataclass

from tests.deadline import UNTIL, is_over, rotated


@dataclass(frozen=True)
class Named:
    """A test."""

    nodeid: str


def test_without_a_time_it_never_comes() -> None:
    assert not is_over({}, 1e12)


def test_the_time_comes_once() -> None:
    assert [is_over({UNTIL: "1000"}, now_s) for now_s in (999.9, 1000.0, 1001.0)] == [False, True, True]


def test_tests_begin_with_another_file_for_each_commit_and_all_are_there() -> None:
    tests = [Named(name) for name in ("a::1", "a::2", "b::1", "c::1", "c::2")]
    found = [[test.nodeid for test in rotated(tests, f"{commit:x}")] for commit in range(4)]
    assert found == [
        ["a::1", "a::2", "b::1", "c::1", "c::2"],
        ["b::1", "c::1", "c::2", "a::1", "a::2"],
        ["c::1", "c::2", "a::1", "a::2", "b::1"],
        ["a::1", "a::2", "b::1", "c::1", "c::2"],
    ]
    assert rotated([], "7") == []
