"""Jobs are done ahead, within limits, and results come in order."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from scenarios.targets.embedded.athena.lake.reading.ahead import ahead


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def test_results_come_in_order(executor: ThreadPoolExecutor) -> None:
    released = Event()
    first: Callable[[], int] = lambda: 1 if released.wait(10) else 0  # noqa: E731

    def second() -> int:
        released.set()
        return 2

    assert list(ahead([(1, first), (1, second)], executor, most=2)) == [1, 2]


def test_no_more_than_the_limit_is_asked_for_before_it_is_wanted(executor: ThreadPoolExecutor) -> None:
    asked = []

    def jobs() -> Iterator[tuple[int, Callable[[], int]]]:
        for number in range(10):
            asked.append(number)
            yield 1, lambda: 0

    results = ahead(jobs(), executor, most=3)
    next(results)
    assert asked == [0, 1, 2, 3]


def test_a_job_that_is_heavier_than_the_limit_is_done_alone(executor: ThreadPoolExecutor) -> None:
    assert list(ahead([(1, lambda: 1), (9, lambda: 9), (1, lambda: 2)], executor, most=2)) == [1, 9, 2]


def test_what_fails_is_raised_in_its_turn(executor: ThreadPoolExecutor) -> None:
    results = ahead([(1, lambda: 1.0), (1, lambda: 1 / 0)], executor, most=2)
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_what_is_no_longer_wanted_is_not_begun() -> None:
    begun, go_on = [], Event()
    with ThreadPoolExecutor(1) as one:
        results = ahead([(1, lambda: None), *((1, lambda: begun.append(go_on.wait(10))) for _ in range(8))], one, 9)
        next(results)
        results.close()  # type: ignore[attr-defined]
        go_on.set()
    assert len(begun) <= 1
