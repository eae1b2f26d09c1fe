"""Entries that were made again from the tables' rows."""

from reference.state.statements import run_file

revision = "0003_batches_from_rows"
down_revision = "0002_runs"


def upgrade() -> None:
    """Apply it."""
    run_file(__file__)
