"""One transaction on the database of states."""

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reference.errors import StateUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 30_000


@contextmanager
def transaction(conninfo: str) -> "Iterator[psycopg.Connection]":
    """A connection and one transaction of it: done when the context ends, undone if by an error.

    Raises:
        StateUnreachable: Postgres does not answer in time, or refuses: its tables may not be there.
    """
    import psycopg  # noqa: PLC0415 - a quarter of a second, which the parsing of a DAG need not wait for

    try:
        with psycopg.connect(conninfo, prepare_threshold=None, connect_timeout=CONNECT_TIMEOUT_S) as connection:
            # For this transaction alone: through a pooler a session's setting would reach somebody else's.
            connection.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            yield connection
    except psycopg.Error as error:
        raise StateUnreachable(f"Postgres: {' '.join(str(error).split())}") from error
