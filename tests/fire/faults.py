"""What goes wrong in a run: drawn from a seed, done one after the other, and noted as it happens.

The seed says what is planned. When it meets whom, and which of many requests at once is lost, is the machine's affair:
the same seed makes a similar run, not the same one.
"""

import itertools
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from queue import Empty, Queue
from threading import Event
from typing import TypeVar

from reference.protocol.decisions import COMMIT_ORDER
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.event_log import EventLog
from tests.fire.weather import BAD_MOODS, Ambush, Weather
from tests.reference.writer.bench import Bench

AMBUSH_S = 3.0
TAKEN_OVER_S = (3.0, 5.0)
"""Twice the session and more."""

OTHERS_S = 6.0

PARTS = ("postgres", "pgbouncer")
"""What is stopped and started beside the broker."""

T = TypeVar("T")


class WriterFaults:
    """A run's writers die, sleep and wake, often in the middle of a commit."""

    def __init__(
        self,
        dice: random.Random,
        bench: Bench,
        writers: int,
        start_writer: Callable[[], None],
        glue: Weather,
        log: EventLog,
    ) -> None:
        self._dice, self._bench, self._glue, self._log = dice, bench, glue, log
        self._start_writer = start_writer
        self._alive = list(range(writers))
        self._started = writers

    def go_on(self, stop: Event) -> None:
        """One fault after the other until `stop`; each is undone."""
        faults = [self._kill, self._kill_in_commit, self._freeze, self._freeze_in_commit, self._freeze_in_commit]
        # Dealt once in five alone, a death in a commit comes too late in too many runs.
        dealt = itertools.chain([self._kill, self._kill_in_commit], deal(self._dice, faults))
        while not stop.wait(self._dice.uniform(0.3, 1.5)):
            next(dealt)(stop)

    def _kill(self, stop: Event) -> None:
        number = self._dice.choice(self._alive)
        self._bench.kill(number)
        self._log.note(f"killed at random: writer-{number}")
        self._replace(number, stop)

    def _kill_in_commit(self, stop: Event) -> None:
        """Glue has the commit, the writer is dead."""
        sprung = Queue[int]()

        def kill(writer: int, has_landed: bool) -> bool:
            self._bench.kill(writer)
            answer = "has" if has_landed else "refused"
            self._log.note(f"killed writer-{writer} in a commit that Glue {answer}")
            sprung.put(writer)
            return False

        number = self._ambush(Ambush(lambda _writer: None, kill), sprung, stop)
        if number is not None:
            self._replace(number, stop)

    def _replace(self, number: int, stop: Event) -> None:
        stop.wait(self._dice.uniform(0, 2))
        self._start_writer()
        self._alive[self._alive.index(number)] = self._started
        self._started += 1

    def _freeze(self, stop: Event) -> None:
        """Shorter or longer than the session, after which others have the writer's partitions."""
        number = self._dice.choice(self._alive)
        self._bench.freeze(number)
        self._log.note(f"froze at random: writer-{number}")
        try:
            stop.wait(self._dice.uniform(1, 5))
        finally:
            self._bench.wake(number)
        self._log.note(f"woke writer-{number}")

    def _freeze_in_commit(self, stop: Event) -> None:
        """The commit is on its way for as long as the writer sleeps, which is longer than the session."""
        sprung, woken = Queue[int](), Event()

        def freeze(writer: int) -> None:
            self._bench.freeze(writer)
            sprung.put(writer)
            woken.wait()

        number = self._ambush(Ambush(freeze, lambda _writer, _has_landed: True), sprung, stop)
        if number is not None:
            self._log.note(f"froze writer-{number} in a commit that Glue does not have yet")
            try:
                stop.wait(self._dice.uniform(*TAKEN_OVER_S))
                self._await_others(number, stop)
            finally:
                woken.set()
                self._bench.wake(number)
            self._log.note(f"woke writer-{number}")

    def _await_others(self, number: int, stop: Event) -> None:
        """Until a batch of another writer is in all tables, begun after this one's partitions were taken over."""
        enough = self._glue.landed_by_others(number) + 2 * len(COMMIT_ORDER)
        until_s = time.monotonic() + OTHERS_S
        while self._glue.landed_by_others(number) < enough and time.monotonic() < until_s:
            if stop.wait(0.05):
                break

    def _ambush(self, ambush: Ambush, sprung: "Queue[int]", stop: Event) -> int | None:
        """Lie in wait for the next commit; returns whose it was, or None if none comes."""
        self._glue.lie_in_wait(ambush)
        until_s = time.monotonic() + AMBUSH_S
        while True:
            try:
                return sprung.get(timeout=0.05)
            except Empty:
                if (stop.is_set() or time.monotonic() > until_s) and self._glue.call_off(ambush):
                    return None


def deal(dice: random.Random, cards: Sequence[T]) -> Iterator[T]:
    """All of them in any order, again and again: none is long in coming."""
    while True:
        yield from dice.sample(cards, len(cards))


def turn(dice: random.Random, services: Mapping[str, Weather], stop: Event, log: EventLog) -> None:
    """S3 and Glue are bad for a while and good for a while, until `stop`; then they are good."""
    dealt = deal(dice, list(itertools.product(services, BAD_MOODS)))
    while not stop.wait(dice.uniform(1, 4)):
        name, mood = next(dealt)
        service = services[name]
        service.mood = mood
        log.note(f"{name} is {service.mood}")
        stop.wait(dice.uniform(0.5, 2.5))
        service.mood = "healthy"


def break_parts(dice: random.Random, stack: EmbeddedTarget, seconds: float, logs: Sequence[EventLog]) -> None:
    """Stop and start Postgres, its pooler and the broker for so long; the broker once, it takes long to come back.

    Args:
        logs: of the runs that share the parts.
    """

    def note(what: str) -> None:
        for log in logs:
            log.note(what)

    dealt = deal(dice, PARTS)
    kafka_s = dice.uniform(0.2, 0.8) * seconds
    until_s = time.monotonic() + seconds
    while (left_s := until_s - time.monotonic()) > 0:
        is_kafkas_turn = kafka_s > left_s
        part = "kafka" if is_kafkas_turn else next(dealt)
        kafka_s = 0 if is_kafkas_turn else kafka_s
        note(f"stopped {part}")
        stack.stop_part(part)
        try:
            time.sleep(dice.uniform(0, 2))
        finally:
            stack.start_part(part)
        note(f"started {part}")
        time.sleep(dice.uniform(1, 5))
