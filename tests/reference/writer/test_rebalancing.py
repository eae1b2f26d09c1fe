"""Partitions that move between writers, and those that do not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios.targets.interface import Endpoints
from tests.reference.writer.bench import Bench, await_true

pytestmark = pytest.mark.integration

PARTITIONS = 4
LONG_SESSION = ("--session-timeout-ms", "60000")


@pytest.fixture
def bench(endpoints: Endpoints, tmp_path: Path) -> "Bench":
    return Bench(endpoints, tmp_path, PARTITIONS)


def assigned(log: Path) -> int:
    """How many partitions a writer was given so far."""
    lines = [line.partition("assigned partitions ")[2] for line in log.read_text().splitlines()]
    return sum(len(line.strip("[]").split(",")) for line in lines if line not in ("", "[]"))


def test_a_writer_that_joins_takes_some_partitions_and_the_others_stay_where_they_are(bench: Bench) -> None:
    try:
        first = bench.writer()
        await_true(lambda: assigned(first) == PARTITIONS, "the first writer did not get all partitions")
        second = bench.writer()
        await_true(lambda: assigned(second) == PARTITIONS // 2, "the second writer did not get its half")
        assert first.read_text().count("gave back") == 1
        assert assigned(first) == PARTITIONS
    finally:
        bench.end()


@pytest.mark.parametrize("end", [Bench.kill, Bench.stop])
def test_a_static_writer_that_ends_and_comes_back_has_its_partitions_at_once_and_nobody_elses_move(
    bench: Bench, end: Callable[[Bench, int], None]
) -> None:
    try:
        first = bench.writer(options=("--instance-id", "w1", *LONG_SESSION))
        await_true(lambda: assigned(first) == PARTITIONS, "the first writer did not get all partitions")
        second = bench.writer(options=("--instance-id", "w2", *LONG_SESSION))
        await_true(lambda: assigned(second) == PARTITIONS // 2, "the second writer did not get its half")
        end(bench, 1)
        again = bench.writer(options=("--instance-id", "w2", *LONG_SESSION))
        # The session is a minute long, and nothing here waits for it to end.
        await_true(lambda: assigned(again) == PARTITIONS // 2, "the writer did not get its partitions back", 30)
        # What it was given at first, and half of that given back to the second.
        assert (assigned(first), first.read_text().count("gave back")) == (PARTITIONS, 1)
    finally:
        bench.end()


def test_of_two_static_writers_of_one_name_the_older_ends_and_says_why(bench: Bench) -> None:
    try:
        older = bench.writer(options=("--instance-id", "w1", *LONG_SESSION))
        await_true(lambda: assigned(older) == PARTITIONS, "the writer did not get its partitions")
        younger = bench.writer(options=("--instance-id", "w1", *LONG_SESSION))
        await_true(lambda: assigned(younger) == PARTITIONS, "the younger writer did not get the partitions")
        await_true(lambda: "group.instance.id" in older.read_text(), "the older writer did not say why it ends")
        assert bench.exit_code(0) == 1
    finally:
        bench.end()
