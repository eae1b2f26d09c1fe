"""The writer's programs against tables in memory that refuse, lose replies, and are written by others."""

from typing import Any

import pytest

from reference.errors import CommitRefused, CommitUnknown, Contention, PartitionStopped
from reference.protocol.committing import MAX_TRIES
from reference.protocol.decisions import COMMIT_ORDER, LakeOffsets
from reference.protocol.effects import (
    Age,
    Append,
    Effect,
    Landed,
    Load,
    LookFor,
    Pause,
    WriterEffect,
)
from reference.protocol.offsets import Range, TableOffsets
from reference.protocol.performing import perform, step_of, steps
from reference.protocol.pins import Pin
from reference.protocol.writing import commit, read_lake

BATCH = (Range(0, 10, 20),)
GRACE_S = 100.0


class Table:
    """A table with compare-and-set and one partition. `events` happen, one each, just before an append."""

    def __init__(self, *events: str) -> None:
        self.next = 10
        self.commits = 0
        self.snapshots: set[int] = set()
        self.done: list[Effect] = []
        self.reached: list[str] = []
        self.ages = [0.0]
        self._events = list(events)
        self._version = self._loaded = 0

    def commit(self, table: Any = "silver", spent: tuple[str, ...] = ()) -> bool:
        return perform(commit("T", table, BATCH, spent), self.do, self.reached.append)

    def do(self, effect: Effect) -> Any:
        self.done.append(effect)
        match effect:
            case Load():
                self._loaded = self._version
                return TableOffsets("T", 1, {0: 0}, {0: self.next}, {}, GRACE_S)
            case LookFor(_, snapshot_id):
                return snapshot_id in self.snapshots
            case Age():
                return self.ages.pop(0) if len(self.ages) > 1 else self.ages[0]
            case Append(_, ranges):
                self._append(ranges)
        return f"answer {len(self.done)}"

    def _append(self, ranges: tuple[Range, ...]) -> None:
        event = self._events.pop(0) if self._events else ""
        if event == "another writer":
            self.next, self._version = 20, self._version + 1
        if event == "an upkeep":
            self._version += 1
        if self._loaded != self._version:
            raise CommitRefused("version")
        if event == "lost before":
            raise CommitUnknown(1, TimeoutError())
        self.commits += 1
        self.next, self._version = ranges[0].end, self._version + 1
        self.snapshots.add(len(self.snapshots) + 1)
        if event == "reply cut":
            raise CommitUnknown(len(self.snapshots), TimeoutError())


@pytest.mark.parametrize(
    "events",
    [(), ("an upkeep",), ("an upkeep", "an upkeep"), ("reply cut",), ("lost before",), ("lost before", "reply cut")],
)
def test_the_rows_are_in_the_table_once_and_the_journal_is_told_once(events: tuple[str, ...]) -> None:
    table = Table(*events)
    assert table.commit()
    assert (table.commits, table.next) == (1, 20)
    assert table.done.count(Landed("silver")) == 1


@pytest.mark.parametrize(
    "events", [("another writer",), ("an upkeep", "another writer"), ("lost before", "another writer")]
)
def test_a_writer_that_came_too_late_adds_nothing(events: tuple[str, ...]) -> None:
    table = Table(*events)
    assert not table.commit()
    assert table.commits == 0
    assert Landed("silver") not in table.done


def test_a_batch_that_is_behind_the_table_is_not_even_tried() -> None:
    table = Table()
    table.next = 15
    assert not table.commit()
    assert not any(isinstance(effect, Append) for effect in table.done)


def test_endless_refusals_end_in_an_error_with_a_pause_between_tries() -> None:
    table = Table(*["an upkeep"] * MAX_TRIES)
    with pytest.raises(Contention):
        table.commit()
    assert [e.attempt for e in table.done if isinstance(e, Pause)] == list(range(1, MAX_TRIES + 1))


def test_what_a_sweeper_may_soon_take_is_written_anew_after_the_table_was_read() -> None:
    table = Table("an upkeep")
    table.ages = [GRACE_S / 2, GRACE_S / 2 + 1]
    assert table.commit()
    assert [step_of(effect) for effect in table.done[:-1]] == [
        *["write-files-silver", "load-silver", "age-silver", "append-silver", "pause"],
        *["load-silver", "age-silver", "write-files-silver", "append-silver"],
    ]


def test_a_pin_that_a_sweeper_may_soon_take_is_put_anew_under_its_new_name() -> None:
    table = Table()
    table.ages = [GRACE_S]
    assert table.commit("bronze", spent=("old",))
    [append] = [effect for effect in table.done if isinstance(effect, Append)]
    put_last = table.done.index(append)
    assert append.properties == {"keystone.next-offset.T.0": "20", "keystone.pin.T.0.10": f"20:answer {put_last}"}
    assert append.removals == ("old",)


def test_each_effect_has_a_failpoint_before_it_and_after_it_and_all_are_known_by_name() -> None:
    table = Table("reply cut")
    table.commit("bronze")
    assert table.reached[1:4] == ["after-write-files-bronze", "before-put-pin", "after-put-pin"]
    # An append without a clear answer has no "after".
    assert table.reached[8:10] == ["before-append-bronze", "before-look-for-bronze"]
    assert {name.partition("-")[2] for name in table.reached} <= set(steps(WriterEffect))


Step = dict[str, tuple[int, tuple[Pin, ...]]]


def commits() -> list[Step]:
    """The tables after each commit of another writer: three batches, each to bronze, quarantine, silver in turn."""
    at: Step = dict.fromkeys(COMMIT_ORDER, (0, ()))
    found = [dict(at)]
    for first, end in ((0, 2), (2, 3), (3, 7)):
        # With a batch bronze drops the pins of those before it, which are in all tables.
        at["bronze"] = (end, (Pin(first, end, f"{end}"),))
        found.append(dict(at))
        for name in ("quarantine", "silver"):
            at[name] = (end, ())
            found.append(dict(at))
    return found


COMMITS = commits()


class Busy:
    """Three tables that move on by so many commits with each read, in turn."""

    def __init__(self, begin: int, strides: list[int]) -> None:
        self._at, self._strides = begin, strides
        self.reads = 0

    def read(self) -> LakeOffsets:
        return perform(read_lake([0]), self.load, lambda _name: None)

    def load(self, effect: Any) -> TableOffsets:
        self._at = min(self._at + self._strides[self.reads % len(self._strides)], len(COMMITS) - 1)
        self.reads += 1
        next_offset, pins = COMMITS[self._at][effect.table]
        return TableOffsets("T", 1, {0: 0}, {0: next_offset}, {0: pins})


@pytest.mark.parametrize("begin", range(len(COMMITS)))
@pytest.mark.parametrize("strides", [[0], [1], [0, 1], [1, 0, 2], [3], [0, 0, 4], [4, 0, 0], [2, 5, 1]])
def test_commits_between_two_reads_never_look_like_tables_that_contradict_each_other(
    begin: int, strides: list[int]
) -> None:
    lake = Busy(begin, strides).read()
    lake.pin_at(0, lake.start(0))


class Broken(Busy):
    """Bronze lost a pin, while others commit to another partition all the time."""

    def load(self, effect: Any) -> TableOffsets:
        self.reads += 1
        next_offset = 5 if effect.table == "bronze" else 3
        return TableOffsets("T", 2, {0: 0, 1: 0}, {0: next_offset, 1: self.reads}, {0: ()})


def test_tables_that_do_contradict_each_other_are_read_twice_and_then_taken_at_their_word() -> None:
    tables = Broken(0, [0])
    lake = tables.read()
    assert tables.reads == 6
    with pytest.raises(PartitionStopped, match="no pin"):
        lake.pin_at(0, lake.start(0))
