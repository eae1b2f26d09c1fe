"""The journal of batches: what was committed to the lake, and when, for those who ask how fresh it is.

Nothing waits for it. Entries are handed to a thread of the journal's own, which writes them to Postgres as it can and
holds what it cannot, so a Postgres that is away, slow or frozen costs the pipeline nothing; and exactly-once does not
rest on it. What is not written when the process dies, the next writer fills in from the tables' snapshots.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from threading import Condition, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reference.state.batch_entry import BatchEntry

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

MAX_HELD = 10_000
ENTRIES_AT_ONCE = 1_000
RETRY_S = 5.0
CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 5_000
CLOSE_TIMEOUT_S = 8.0

# One statement and one value however many entries, and nothing prepared: the pooler may hand each transaction to
# another server. An entry that is there already stays as it is.
_INSERT = """
    INSERT INTO batches SELECT * FROM jsonb_populate_recordset(NULL::batches, %s::jsonb) ON CONFLICT DO NOTHING
"""


class Journal:
    """Writes entries to the database that `conninfo` (libpq's) names. As a context it is closed at the end."""

    def __init__(self, conninfo: str, max_held: int = MAX_HELD) -> None:
        self._conninfo = conninfo
        self._max_held = max_held
        self._changed = Condition()
        self._held: dict[tuple[str, str, int, int], BatchEntry] = {}
        self._dropped = 0
        self._closing = False
        self._in_trouble = False
        self._connection: psycopg.Connection | None = None
        self._thread = Thread(target=self._work, name="journal", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Write what is held, within CLOSE_TIMEOUT_S; what cannot be written by then is lost, and said to be."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_TIMEOUT_S)
        if self.lost:
            log.warning("journal: %d entries were never written; the next writer fills in what it can", self.lost)

    @property
    def lost(self) -> int:
        """How many entries are not written; once it is closed, for good."""
        return len(self._held) + self._dropped

    def add(self, entries: Sequence[BatchEntry]) -> None:
        """Hand over entries, at no wait. One that is held already stays as it is, as one in the database does.

        Beyond `max_held` that could not be written yet, new ones are dropped.
        """
        with self._changed:
            for entry in entries:
                if len(self._held) < self._max_held:
                    self._held.setdefault(entry.key, entry)
                else:
                    self._drop()
            self._changed.notify()

    def _drop(self) -> None:
        if self._dropped == 0:
            log.warning("journal: %d entries are held and no more are taken", self._max_held)
        self._dropped += 1

    def _work(self) -> None:
        """Until closed: wait for entries, write them, and after a failure wait a while."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._held or self._closing)
                entries = list(islice(self._held.values(), ENTRIES_AT_ONCE))
                is_last = self._closing
            if self._write(entries):
                with self._changed:
                    for entry in entries:
                        del self._held[entry.key]
                    if self._closing and not self._held:
                        break
            elif is_last:
                break
            else:
                with self._changed:
                    self._changed.wait_for(lambda: self._closing, RETRY_S)
        if self._connection is not None:
            self._connection.close()

    def _write(self, entries: Sequence[BatchEntry]) -> bool:
        """Whether the entries are in the database now. What goes wrong is said once, until it is over."""
        import psycopg  # noqa: PLC0415 - a quarter of a second, which the writer's start need not wait for

        if not entries:
            return True
        was_connected = self._connection is not None
        try:
            self._insert(entries)
        except psycopg.Error as error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            if was_connected:
                # Perhaps only this connection broke, long ago; a new one tells.
                return self._write(entries)
            if not self._in_trouble:
                log.warning(
                    "journal: cannot be written, trying again every %.0f s: %s", RETRY_S, " ".join(str(error).split())
                )
            self._in_trouble = True
            return False
        if self._in_trouble:
            log.info("journal: written again; %d entries were dropped so far", self._dropped)
        self._in_trouble = False
        return True

    def _insert(self, entries: Sequence[BatchEntry]) -> None:
        if self._connection is None:
            self._connection = _connect(self._conninfo)
        _insert(self._connection, entries)


def write_entries(conninfo: str, entries: Sequence[BatchEntry]) -> int:
    """Write entries and wait for it; how many were not there. Those that are there already stay as they are.

    Raises:
        psycopg.Error: Postgres does not answer, or not in time; some may be written.
    """
    with _connect(conninfo) as connection:
        return sum(
            _insert(connection, entries[first : first + ENTRIES_AT_ONCE])
            for first in range(0, len(entries), ENTRIES_AT_ONCE)
        )


def entered_offsets(conninfo: str, table: str) -> list[tuple[str, int, int, int]]:
    """What the journal has of a table: topic id, partition, first offset and the one after the last, of each entry.

    Raises:
        psycopg.Error: Postgres does not answer, or not in time.
    """
    with _connect(conninfo) as connection, connection.transaction():
        connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        query = "SELECT topic_id, partition, first_offset, end_offset FROM batches WHERE table_name = %s"
        return connection.execute(query, (table,)).fetchall()


def _insert(connection: "psycopg.Connection", entries: Sequence[BatchEntry]) -> int:
    with connection.transaction():
        # For this transaction alone: through a pooler a session's setting would reach somebody else's.
        connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        return connection.execute(_INSERT, (json.dumps([asdict(entry) for entry in entries]),)).rowcount


def _connect(conninfo: str) -> "psycopg.Connection":
    import psycopg  # noqa: PLC0415 - see above

    return psycopg.connect(
        conninfo,
        autocommit=True,
        prepare_threshold=None,
        connect_timeout=CONNECT_TIMEOUT_S,
        # A connection whose other end is gone without a word is given up.
        tcp_user_timeout=2 * STATEMENT_TIMEOUT_MS,
        application_name="keystone-writer",
    )
