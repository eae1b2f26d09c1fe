"""Jobs done ahead of whoever wants their results, some at once, results in order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")


def ahead(jobs: Iterable[tuple[int, Callable[[], T]]], executor: Executor, most: int) -> Iterator[T]:
    """The results of jobs, in their order. When the iterator is closed, what has not begun is never done.

    Args:
        jobs: each with its weight; asked for one by one, in the caller's thread.
        most: so much is under way or waits to be taken, in weight; a job that is heavier is there alone.
    """
    waiting: deque[tuple[int, Future[T]]] = deque()
    weight = 0
    try:
        for size, job in jobs:
            while waiting and weight + size > most:
                taken, future = waiting.popleft()
                yield future.result()
                weight -= taken
            waiting.append((size, executor.submit(job)))
            weight += size
        while waiting:
            yield waiting.popleft()[1].result()
    finally:
        for _, future in waiting:
            future.cancel()
