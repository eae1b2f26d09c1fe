"""What a writer reads of three tables that others commit to meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from reference.errors import PartitionStopped
from reference.protocol.decisions import COMMIT_ORDER, LakeOffsets
from reference.protocol.offsets import TableOffsets
from reference.protocol.pins import Pin
from reference.writer.flush import Flusher

Step = dict[str, tuple[int, tuple[Pin, ...]]]


def commits() -> Iterator[Step]:
    """The tables after each commit of another writer: three batches, each to bronze, quarantine, silver in turn."""
    at: Step = dict.fromkeys(COMMIT_ORDER, (0, ()))
    yield dict(at)
    for first, end in ((0, 2), (2, 3), (3, 7)):
        # With a batch bronze drops the pins of those before it, which are in all tables.
        at["bronze"] = (end, (Pin(first, end, f"{end}"),))
        yield dict(at)
        for name in ("quarantine", "silver"):
            at[name] = (end, ())
            yield dict(at)


COMMITS = list(commits())


class Tables:
    """Moves on by so many commits with each read, in turn."""

    def __init__(self, begin: int, strides: list[int]) -> None:
        self._at, self._strides = begin, strides
        self.reads = 0

    def load(self, name: str) -> TableOffsets:
        self._at = min(self._at + self._strides[self.reads % len(self._strides)], len(COMMITS) - 1)
        self.reads += 1
        next_offset, pins = COMMITS[self._at][name]
        return TableOffsets("T", 1, {0: 0}, {0: next_offset}, {0: pins})


class Table:
    def __init__(self, tables: Tables, name: str) -> None:
        self._tables, self._name = tables, name

    def load(self) -> TableOffsets:
        return self._tables.load(self._name)


def read(tables: Any) -> LakeOffsets:
    three: Any = {name: Table(tables, name) for name in COMMIT_ORDER}
    nothing: Any = None
    return Flusher("T", "w", three, *[nothing] * 9).read_offsets([0])


@pytest.mark.parametrize("begin", range(len(COMMITS)))
@pytest.mark.parametrize("strides", [[0], [1], [0, 1], [1, 0, 2], [3], [0, 0, 4], [4, 0, 0], [2, 5, 1]])
def test_commits_between_two_reads_never_look_like_tables_that_contradict_each_other(
    begin: int, strides: list[int]
) -> None:
    lake = read(Tables(begin, strides))
    lake.pin_at(0, lake.start(0))


class Broken(Tables):
    """Bronze lost a pin, and nobody commits."""

    def load(self, name: str) -> TableOffsets:
        self.reads += 1
        return TableOffsets("T", 1, {0: 0}, {0: 5 if name == "bronze" else 3}, {0: ()})


class BrokenAndBusy(Broken):
    """The same, while others commit to another partition all the time."""

    def load(self, name: str) -> TableOffsets:
        return replace(super().load(name), next={0: 5 if name == "bronze" else 3, 1: self.reads})


def test_what_others_do_to_their_partitions_does_not_keep_a_reader_from_its_error() -> None:
    tables = BrokenAndBusy(0, [0])
    with pytest.raises(PartitionStopped, match="no pin"):
        read(tables).pin_at(0, 3)
    assert tables.reads == 6


def test_tables_that_do_contradict_each_other_are_read_twice_and_then_taken_at_their_word() -> None:
    tables = Broken(0, [0])
    lake = read(tables)
    assert tables.reads == 6
    with pytest.raises(PartitionStopped, match="no pin"):
        lake.pin_at(0, lake.start(0))
