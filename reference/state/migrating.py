"""Brings the database's tables up to date, by Alembic."""

from functools import partial
from importlib.resources import files

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool, text

LOCK = 0x6B65_7973_746F_6E65
"""The advisory lock that whoever migrates holds: "keystone" in ASCII. Any number may call migrate() at once."""


def migrate(conninfo: str) -> list[str]:
    """Apply the migrations that the database does not have yet; return their names.

    Args:
        conninfo: leads to Postgres itself, since a lock of a session does not hold through a pooler.

    Raises:
        sqlalchemy.exc.DBAPIError: Postgres is away, or refuses a migration; those before it are applied, of it nothing
            is.
    """
    engine = create_engine("postgresql+psycopg://", creator=partial(psycopg.connect, conninfo), poolclass=pool.NullPool)
    applied: list[str] = []
    config = Config()
    config.set_main_option("script_location", str(files("reference.state") / "migrations"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as lock:
        lock.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        with engine.connect() as connection:
            config.attributes |= {"connection": connection, "applied": applied}
            command.upgrade(config, "head")
    return applied
