"""The database's tables, made by numbered SQL files that are applied in order, each once.

A file that was applied anywhere is never edited: what changes is a new file.
"""

from importlib.resources import files

import psycopg

LOCK = 0x6B65_7973_746F_6E65
"""The advisory lock that whoever migrates holds: "keystone" in ASCII. Any number may call migrate() at once."""

_DONE = "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"


def migrate(conninfo: str) -> list[str]:
    """Apply what the database does not have yet; return the names.

    Args:
        conninfo: leads to Postgres itself, since a lock of a session does not hold through a pooler.

    Raises:
        psycopg.Error: Postgres is away, or refuses a file; the files before it are applied, of it nothing is.
    """
    applied = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        connection.execute(_DONE)
        done = {name for (name,) in connection.execute("SELECT name FROM migrations")}
        for name, statements in _files():
            if name not in done:
                with connection.transaction():
                    connection.execute(statements)
                    connection.execute("INSERT INTO migrations (name) VALUES (%s)", (name,))
                applied.append(name)
    return applied


def _files() -> list[tuple[str, bytes]]:
    """Names and texts, in order."""
    found = [(file.name, file.read_bytes()) for file in (files(__package__) / "sql").iterdir()]
    return sorted((name, text) for name, text in found if name.endswith(".sql"))
