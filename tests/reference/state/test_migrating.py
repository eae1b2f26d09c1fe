"""The database's tables, made from numbered files on a real Postgres."""

from concurrent.futures import ThreadPoolExecutor

import psycopg

from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint

NAMES = ["0001_batches", "0002_runs", "0003_batches_from_rows", "0004_days", "0005_judged_by"]


def tables(database: PostgresEndpoint) -> set[str]:
    with psycopg.connect(database.direct) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in found}


def test_an_empty_database_gets_all_tables_in_order(database: PostgresEndpoint) -> None:
    assert migrate(database.direct) == NAMES
    assert tables(database) == {"batches", "runs", "days", "alerts", "migrations"}


def test_what_was_applied_is_not_applied_again(database: PostgresEndpoint) -> None:
    migrate(database.direct)
    assert migrate(database.direct) == []


def test_what_is_missing_alone_is_applied(database: PostgresEndpoint) -> None:
    migrate(database.direct)
    with psycopg.connect(database.direct) as connection:
        connection.execute("UPDATE migrations SET version_num = '0001_batches'")
        connection.execute("DROP TABLE runs, days, alerts")
    assert migrate(database.direct) == NAMES[1:]


def test_any_number_may_migrate_at_once(database: PostgresEndpoint) -> None:
    with ThreadPoolExecutor(4) as executor:
        applied = list(executor.map(migrate, [database.direct] * 4))
    assert sorted(applied) == [[], [], [], NAMES]


def test_the_explanations_of_columns_are_in_the_database(database: PostgresEndpoint) -> None:
    migrate(database.direct)
    with psycopg.connect(database.direct) as connection:
        found = connection.execute("SELECT col_description('batches'::regclass, 7)").fetchone()
    assert found is not None
    assert "repeated on each of its ranges" in found[0]
