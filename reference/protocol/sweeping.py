"""The program that removes what no snapshot names, beside writers that are about to name something.

What is taken must never be named later. Whoever commits reads the table, then looks how old the files are that the
commit names, writes anew what is older than half the grace, and commits. The sweeper lists, then commits an empty
snapshot, then looks what is named, and takes what was older than the grace when it was listed. So a commit whose
table was read before the sweeper's snapshot is refused, and one whose table was read after it names nothing that was
already old when the sweeper listed: however long anybody sleeps in between.
"""

from collections.abc import Iterable

from reference.errors import Contention
from reference.protocol.committing import MAX_TRIES, try_commit
from reference.protocol.effects import Delete, Fence, ListObjects, Load, Named, Pause, Program, StoredObject, Table


def sweep(table: Table) -> Program[tuple[str, ...]]:
    """Remove a table's orphans; return their paths.

    Raises:
        Contention: MAX_TRIES tries to commit an empty snapshot did not land; nothing is removed.
    """
    found = yield from orphans(table)
    if not found:
        return ()
    yield from fence(table)
    named = yield Named(table)
    taken = tuple(path for path in found if path not in named)
    if taken:
        yield Delete(table, taken)
    return taken


def orphans(table: Table) -> Program[tuple[str, ...]]:
    """What a sweep would remove, as things are now."""
    offsets = yield Load(table)
    listed = yield ListObjects(table)
    found = _old(listed, offsets.grace_s)
    named = yield Named(table)
    return tuple(path for path in found if path not in named)


def _old(listed: Iterable[StoredObject], grace_s: float) -> tuple[str, ...]:
    return tuple(stored.path for stored in listed if stored.age_s > grace_s)


def fence(table: Table) -> Program[None]:
    """Commit an empty snapshot: every commit that is under way is refused."""
    for attempt in range(1, MAX_TRIES + 1):
        yield Load(table)
        failure = yield from try_commit(Fence(table))
        if failure is None:
            return
        yield Pause(attempt)
    raise Contention(table, failure) from failure
