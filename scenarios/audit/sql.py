"""Ad-hoc SQL over the lake's tables: DuckDB, reading the files of each table's current snapshot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb

from scenarios.audit.lake_reader import LakeReader


class SqlRefused(Exception):
    """DuckDB does not take the statement; the text says why."""


@contextmanager
def query(lake: LakeReader, statement: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The result of a statement; the tables are there under their names, `silver.orders` and the like.

    Raises:
        SqlRefused: the statement cannot be run.
    """
    with duckdb.connect(config={"enable_external_access": "false"}) as db:
        names = lake.names()
        for name in _named(statement, names) or names:
            database, _, table = name.partition(".")
            db.register(f"_{database}_{table}", lake.dataset(name))
            db.execute(f'CREATE SCHEMA IF NOT EXISTS "{database}"')
            db.execute(f'CREATE VIEW "{database}"."{table}" AS SELECT * FROM "_{database}_{table}"')  # noqa: S608 - names
        if not statement.strip(" ;\n\t"):
            raise SqlRefused("there is no statement")
        try:
            yield db.execute(statement)
        except duckdb.Error as error:
            raise SqlRefused(str(error)) from error


def _named(statement: str, names: Sequence[str]) -> list[str]:
    """Those whose words are all in the statement: to open a table takes requests, and a catalog may have many."""
    text = statement.lower()
    return [name for name in names if all(word.lower() in text for word in name.split("."))]
