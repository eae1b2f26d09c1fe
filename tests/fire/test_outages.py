"""Parts that are away for a while: work goes on or resumes by itself, and the log says what happened once."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.event_log import EventLog
from tests.fire.feeding import Feed
from tests.fire.kind import Kind
from tests.fire.ledger import ledger
from tests.fire.world import World, a_world
from tests.reference.writer.bench import await_true

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]

WRITERS = 2
EVENTS_PER_S = 50
KIND = Kind()


@pytest.fixture
def world(stack: EmbeddedTarget, tmp_path: Path) -> Iterator[World]:
    with a_world(KIND, stack.status().endpoints, tmp_path, random.Random(0), EventLog()) as made:
        for _ in range(WRITERS):
            made.start_writer()
        yield made
        made.bench.end()
        assert made.bench.deaths() == {}


@contextmanager
def fed(world: World, seconds: float) -> Iterator[Feed]:
    """Events at a steady rate beside the block, and to its end at the least."""
    feed = Feed(world.bench)
    sending = threading.Thread(target=feed.send_evenly, args=(EVENTS_PER_S, seconds))
    sending.start()
    try:
        yield feed
    finally:
        sending.join()


def said(world: World, what: str) -> list[int]:
    """How often each writer said so."""
    return [log.read_text().count(what) for log in world.logs]


def written(world: World) -> int:
    """Records that are in all three tables."""
    return sum(world.bench.watch.committed().values())


def await_written(world: World, records: int, otherwise: str) -> None:
    await_true(lambda: written(world) >= records, otherwise)


def test_a_store_that_fails_half_of_the_time_for_a_minute_is_lived_through(world: World) -> None:
    with fed(world, 75) as feed:
        await_written(world, 1, "nothing was written")
        world.services["S3"].mood = "failing half of the time"
        time.sleep(60)
        world.services["S3"].mood = "healthy"
    world.bench.await_drained()
    assert ledger(world.bench, feed.sent()) == {}
    troubles = said(world, "does not answer")
    await_true(lambda: said(world, "answer again") == troubles, "the writers did not say that it is over")
    print(f"said of S3: {troubles}; {world.logs[0].read_text()}")
    assert 1 <= max(troubles) <= 3
    assert max(len(log.read_text().splitlines()) for log in world.logs) < 40


@pytest.mark.parametrize("part", ["postgres", "pgbouncer"])
def test_nothing_waits_for_the_journal_which_catches_up(stack: EmbeddedTarget, world: World, part: str) -> None:
    outages = 2
    with fed(world, 30) as feed:
        await_written(world, 1, "nothing was written")
        for _ in range(outages):
            stack.stop_part(part)
            try:
                await_written(world, written(world) + 3 * EVENTS_PER_S, f"nothing is written while {part} is away")
            finally:
                stack.start_part(part)
            await_true(_journal_is_whole(world), "the journal did not catch up")
    world.bench.await_drained()
    assert ledger(world.bench, feed.sent()) == {}
    await_true(_journal_is_whole(world), "the journal did not catch up")
    assert max(said(world, "journal: cannot be written")) <= outages
    assert said(world, "journal: cannot be written") == said(world, "journal: written again")
    assert sum(said(world, "does not answer")) == 0


def _journal_is_whole(world: World) -> Callable[[], bool]:
    """Whether the journal has each row that is written now."""
    rows = written(world)
    return lambda: world.bench.journaled().get("bronze", 0) >= rows
