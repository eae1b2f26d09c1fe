"""Two hundred short-lived workers that all write to the journal at once, through the pooler and past it."""

import threading
from collections import Counter

import psycopg
import pytest

from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint

WORKERS = 200
ROW = "INSERT INTO batches VALUES ('T', 'silver', %s, 0, 1, 1, 1, '{}', 'w', 1, 1, 1, 1, 'writer')"


class Storm:
    """Workers that connect at the same moment, write a row in a transaction of a tenth of a second, and are gone."""

    def __init__(self, conninfo: str, watch: str) -> None:
        self._conninfo, self._watch = conninfo, watch
        self._together = threading.Barrier(WORKERS + 1)
        self.outcomes: Counter[str] = Counter()
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

    def _work(self, number: int) -> None:
        self._together.wait()
        try:
            with psycopg.connect(self._conninfo, prepare_threshold=None, connect_timeout=30) as connection:
                connection.execute(ROW, (number,))
                connection.execute("SELECT pg_sleep(0.1)")
        except psycopg.OperationalError as error:
            self.outcomes["too many clients" if "too many clients" in str(error) else str(error)] += 1
        else:
            self.outcomes["written"] += 1


@pytest.fixture
def journal(database: PostgresEndpoint) -> PostgresEndpoint:
    migrate(database.direct)
    return database


def written(journal: PostgresEndpoint) -> int:
    with psycopg.connect(journal.direct) as connection:
        row = connection.execute("SELECT count(*) FROM batches").fetchone()
    return row[0] if row else 0


def test_through_the_pooler_all_of_them_write_over_a_few_connections(journal: PostgresEndpoint) -> None:
    storm = Storm(journal.pooled, watch=journal.direct)
    storm.break_loose()
    print(storm.outcomes, storm.most_connections)
    assert storm.outcomes == {"written": WORKERS}
    assert written(journal) == WORKERS
    # The pool's twenty, and the one that watches.
    assert 2 <= storm.most_connections <= 21


def test_control_past_the_pooler_postgres_turns_some_of_them_away(journal: PostgresEndpoint) -> None:
    storm = Storm(journal.direct, watch=journal.direct)
    storm.break_loose()
    print(storm.outcomes, storm.most_connections)
    assert storm.outcomes["too many clients"] > 0
    assert storm.outcomes["written"] + storm.outcomes["too many clients"] == WORKERS
    assert written(journal) == storm.outcomes["written"]
    assert storm.most_connections > 21
