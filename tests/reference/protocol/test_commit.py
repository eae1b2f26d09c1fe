"""One fenced commit, against a table that refuses, loses replies, and is written by others."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from reference.errors import CommitRefused, CommitUnknown, Contention
from reference.protocol.commit import MAX_TRIES, commit
from reference.protocol.offsets import Range, TableOffsets

BATCH = [Range(0, 10, 20)]
MOVE = {"next": "20"}


class Table:
    """A table in memory with compare-and-set. `events` happen, one each, just before an append."""

    def __init__(self, *events: str) -> None:
        self.next = 10
        self.rows: list[Any] = []
        self.snapshots: set[int] = set()
        self._events = list(events)
        self._version = self._loaded = 0

    def load(self) -> TableOffsets:
        self._loaded = self._version
        return TableOffsets("id", 1, {0: 0}, {0: self.next}, {})

    def append(
        self, files: Sequence[Any], properties: Mapping[str, str], removals: Sequence[str], _summary: Mapping[str, str]
    ) -> None:
        assert not removals
        event = self._events.pop(0) if self._events else ""
        if event == "another writer":
            self.next, self._version = 20, self._version + 1
        if event == "an upkeep":
            self._version += 1
        if self._loaded != self._version:
            raise CommitRefused("version")
        if event == "lost before":
            raise CommitUnknown(1, TimeoutError())
        self.rows += files
        self.next, self._version = int(properties["next"]), self._version + 1
        self.snapshots.add(len(self.snapshots) + 1)
        if event == "reply cut":
            raise CommitUnknown(len(self.snapshots), TimeoutError())

    def has_snapshot(self, snapshot_id: int) -> bool:
        return snapshot_id in self.snapshots


@pytest.mark.parametrize(
    "events",
    [(), ("an upkeep",), ("an upkeep", "an upkeep"), ("reply cut",), ("lost before",), ("lost before", "reply cut")],
)
def test_the_rows_are_in_the_table_once(events: tuple[str, ...]) -> None:
    table = Table(*events)
    assert commit(table, BATCH, ["file"], MOVE)
    assert (table.rows, table.next) == (["file"], 20)


@pytest.mark.parametrize(
    "events", [("another writer",), ("an upkeep", "another writer"), ("lost before", "another writer")]
)
def test_a_writer_that_came_too_late_adds_nothing(events: tuple[str, ...]) -> None:
    table = Table(*events)
    assert not commit(table, BATCH, ["file"], MOVE)
    assert table.rows == []


def test_a_batch_that_is_behind_the_table_is_not_even_tried() -> None:
    table = Table()
    table.next = 15
    assert not commit(table, BATCH, ["file"], MOVE)
    assert table.rows == []


def test_endless_refusals_end_in_an_error_with_a_pause_between_tries() -> None:
    table = Table(*["an upkeep"] * MAX_TRIES)
    pauses: list[int] = []
    with pytest.raises(Contention):
        commit(table, BATCH, ["file"], MOVE, pause=pauses.append)
    assert pauses == list(range(1, MAX_TRIES + 1))
