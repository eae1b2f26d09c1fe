"""One fenced commit to one table: refused or unclear replies end in exactly one of two known states."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from reference.errors import CommitRefused, CommitUnknown, Contention
from reference.protocol.decisions import may_commit
from reference.protocol.offsets import Range, TableOffsets

MAX_TRIES = 50


class FencedTable(Protocol):
    """A table whose commits are compare-and-set."""

    def load(self) -> TableOffsets:
        """Read the table anew; what is appended next is refused if it has changed since."""
        ...

    def append(
        self, files: Sequence[Any], properties: Mapping[str, str], removals: Sequence[str], summary: Mapping[str, str]
    ) -> None:
        """Add files, set and remove properties, in one snapshot (an empty one without files) with this summary.

        Raises:
            CommitRefused: it certainly did not land.
            CommitUnknown: it may have.
        """
        ...

    def has_snapshot(self, snapshot_id: int) -> bool:
        """Whether the table, read anew, has this snapshot."""
        ...


def commit(
    table: FencedTable,
    ranges: Sequence[Range],
    files: Sequence[Any],
    properties: Mapping[str, str],
    removals: Sequence[str] = (),
    summary: Mapping[str, str] = MappingProxyType({}),
    pause: Callable[[int], None] = lambda _try: None,
    checked: Callable[[], None] = lambda: None,
) -> bool:
    """Commit `ranges`, all or nothing.

    Args:
        ranges: what the commit adds to this table, each beginning at its next offset.
        files: data files with exactly the rows of those ranges.
        properties: among them the new next offsets.
        summary: what the snapshot says of itself, see summary.py.
        pause: called with the number of the try that was refused or did not land, before the next.
        checked: called when the fence was found open and nothing is sent yet; a test may freeze the process there.

    Returns:
        True when the rows are in the table by this commit; False when somebody else moved the offsets first, and
        nothing of this commit is visible. The files are orphans then.

    Raises:
        Contention: MAX_TRIES tries did not land, though nobody moved these offsets.
    """
    last: CommitRefused | CommitUnknown | None = None
    for attempt in range(1, MAX_TRIES + 1):
        if not may_commit(table.load(), ranges):
            return False
        checked()
        try:
            table.append(files, properties, removals, summary)
        except CommitRefused as refused:
            last = refused
        except CommitUnknown as unknown:
            if table.has_snapshot(unknown.snapshot_id):
                return True
            last = unknown
        else:
            return True
        pause(attempt)
    raise Contention(f"a commit did not land in {MAX_TRIES} tries; the last: {last}") from last
