"""Two hundred short-lived workers that all open a journal at once, through the pooler and past it."""

import threading
import time

import psycopg
import pytest

from reference.state.batch_entry import BatchEntry
from reference.state.journal import Journal
from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint

WORKERS = 200
POLL_S = 0.05


class Storm:
    """Workers that start at the same moment, journal a batch each, and live until all have, or patience is over.

    So that all hold their connection to whatever there is at the same time.
    """

    def __init__(self, conninfo: str, watch: str, patience_s: float) -> None:
        self._conninfo, self._watch, self._patience_s = conninfo, watch, patience_s
        self._together = threading.Barrier(WORKERS + 1)
        self._journals = [Journal(conninfo) for _ in range(WORKERS)]
        self.most_connections = 0

    def break_loose(self) -> None:
        """Return when all workers are gone."""
        threads = [threading.Thread(target=self._work, args=(number,)) for number in range(WORKERS)]
        with psycopg.connect(self._watch, autocommit=True) as watcher:
            for thread in threads:
                thread.start()
            self._together.wait()
            while any(thread.is_alive() for thread in threads):
                row = watcher.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
                [connections] = row.fetchone() or (0,)
                self.most_connections = max(self.most_connections, connections)

    @property
    def lost(self) -> int:
        """How many workers ended without their batch in the journal."""
        return sum(journal.lost for journal in self._journals)

    def _work(self, number: int) -> None:
        self._together.wait()
        until_s = time.monotonic() + self._patience_s
        with self._journals[number] as journal:
            journal.add([BatchEntry("T", "silver", number, 0, 1, 1, 1, (), "w", 1, 1, 1, 1, "writer")])
            while self._are_writing() and time.monotonic() < until_s:
                time.sleep(POLL_S)

    def _are_writing(self) -> bool:
        return any(journal.lost for journal in self._journals)


@pytest.fixture
def journal(database: PostgresEndpoint) -> PostgresEndpoint:
    migrate(database.direct)
    return database


def written(journal: PostgresEndpoint) -> int:
    with psycopg.connect(journal.direct) as connection:
        row = connection.execute("SELECT count(*) FROM batches").fetchone()
    return row[0] if row else 0


def refused(caplog: pytest.LogCaptureFixture) -> int:
    """How many workers Postgres turned away, whether or not it took them later."""
    return sum("too many clients" in record.getMessage() for record in caplog.records)


def test_through_the_pooler_all_of_them_write_over_a_few_connections(
    journal: PostgresEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    storm = Storm(journal.pooled, watch=journal.direct, patience_s=60)
    storm.break_loose()
    print(f"{storm.most_connections} connections at the most")
    assert refused(caplog) == 0
    assert storm.lost == 0
    assert written(journal) == WORKERS
    # The pool's twenty, and the one that watches.
    assert 2 <= storm.most_connections <= 21


def test_control_past_the_pooler_postgres_turns_some_of_them_away(
    journal: PostgresEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    storm = Storm(journal.direct, watch=journal.direct, patience_s=3)
    storm.break_loose()
    print(f"{storm.most_connections} connections at the most, {refused(caplog)} turned away, {storm.lost} lost")
    assert refused(caplog) > 0
    assert written(journal) == WORKERS - storm.lost
    assert storm.most_connections > 21
