"""The table of runs in the target's Postgres; the record on disk is what counts, the table is for those who query."""

from collections.abc import Callable

import psycopg

from reports.record import RunRecord
from scenarios.targets.interface import PostgresEndpoint

TIMEOUT_S = 5


def note_run(postgres: PostgresEndpoint, record: RunRecord, warn: Callable[[str], None]) -> None:
    """Add the run; what keeps it from being added is said, and no reason to fail it."""
    values = (record.id, record.scenario, record.target, record.started_at, record.ended_at, record.outcome)
    try:
        with psycopg.connect(postgres.pooled, connect_timeout=TIMEOUT_S, prepare_threshold=None) as connection:
            connection.execute(
                """INSERT INTO runs (id, scenario, target, started_at, ended_at, outcome, record)
                VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb)""",
                (*values, record.to_json()),
            )
    except psycopg.Error as error:
        warn(f"the run is not in the table of runs: {error}")
