"""Failpoints: which there are, and that a writer comes to each."""

from collections.abc import Iterator
from typing import Any

import pytest

from reference.errors import CommitUnknown
from reference.protocol.decisions import COMMIT_ORDER, Cut, cut
from reference.protocol.effects import (
    Age,
    Append,
    Effect,
    Load,
    LogStarts,
    LookFor,
    PutPin,
    Register,
    Table,
    WriterEffect,
)
from reference.protocol.offsets import parse_offsets
from reference.protocol.performing import perform, steps
from reference.protocol.registering import register
from reference.protocol.writing import read_lake, write
from reference.writer.__main__ import FAILPOINTS

TOPIC, TOPIC_ID = "orders", "T"


class Died(Exception):
    """The writer is no more."""


class Lake:
    """Three tables in memory. `replies` says of each commit to come what is lost of it: nothing, request or reply."""

    def __init__(self, replies: Iterator[str]) -> None:
        self.properties: dict[str, dict[str, str]] = {name: {} for name in COMMIT_ORDER}
        self.reached: set[str] = set()
        self._replies = replies
        self._last_landed = False

    def work(self, die_at: str = "") -> None:
        """What a writer does from its start to the end of a batch of five records."""

        def reach(name: str) -> None:
            self.reached.add(name)
            if name == die_at:
                raise Died

        perform(register(TOPIC, TOPIC_ID, 1), self.do, reach)
        lake = perform(read_lake([0]), self.do, reach)
        batch: Cut = cut({0: (0, 5)}, lake)
        perform(write(TOPIC_ID, batch, lake), self.do, reach)

    def do(self, effect: Effect) -> Any:
        match effect:
            case Load(table):
                return parse_offsets(self.properties[table], TOPIC)
            case LogStarts(partitions):
                return dict.fromkeys(partitions, 0)
            case PutPin():
                return "pin"
            case Age():
                return 0.0
            case LookFor():
                return self._last_landed
            case Register(table, properties) | Append(table, _, properties):
                self._commit(table, dict(properties))
        return None

    def _commit(self, table: Table, properties: dict[str, str]) -> None:
        lost = next(self._replies, "nothing")
        self._last_landed = lost != "request"
        if self._last_landed:
            self.properties[table] |= properties
        if lost != "nothing":
            raise CommitUnknown(1, TimeoutError())


def test_no_failpoint_is_out_of_a_writers_reach() -> None:
    healthy, cut_off = Lake(iter(())), Lake(iter([*["nothing"] * 3, "request", "reply", "reply", "reply"]))
    with pytest.raises(Died):
        healthy.work(die_at="after-append-bronze")
    healthy.work()
    cut_off.work()
    never = set(FAILPOINTS) - healthy.reached - cut_off.reached
    assert never == set()


def test_each_step_has_a_failpoint_before_and_one_after_it() -> None:
    named = {"append-silver", "append-bronze", "put-pin", "look-for-bronze", "decode", "log-starts", "register-silver"}
    assert {f"{side}-{step}" for step in named for side in ("before", "after")} < set(FAILPOINTS)
    assert len(FAILPOINTS) == 2 * len(steps(WriterEffect))
