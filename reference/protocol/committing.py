"""One try of a commit: whatever comes back, it ends in exactly one of two known states."""

from reference.errors import CommitRefused, CommitUnknown
from reference.protocol.effects import Commit, LookFor, Program

MAX_TRIES = 50
"""After so many in a row that did not land, whoever commits gives up with Contention."""


def try_commit(commit: Commit) -> Program[CommitRefused | CommitUnknown | None]:
    """Send a commit once; an unclear reply is resolved by reading.

    Returns:
        None when it landed; else why that is not known. One that was not found may land yet, until the table changes:
        whoever tries again reads the table first, and its own next commit, or being refused, settles it.
    """
    try:
        yield commit
    except CommitRefused as refused:
        return refused
    except CommitUnknown as unknown:
        failure = unknown
    else:
        return None
    has_landed = yield LookFor(commit.table, failure.snapshot_id)
    return None if has_landed else failure
