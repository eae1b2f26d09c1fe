"""A migration's statements, in a file beside it. One that was applied anywhere is never edited."""

from pathlib import Path

from alembic import op


def run_file(migration: str) -> None:
    """Run the SQL file that has the migration's name, in the migration's transaction."""
    connection = op.get_bind().connection.driver_connection
    if connection is None:
        raise ConnectionError("the migration has no connection")
    # By the driver itself, which takes several statements at once.
    connection.execute(Path(migration).with_suffix(".sql").read_bytes())
