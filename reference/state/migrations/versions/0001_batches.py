"""The journal of batches."""

from reference.state.statements import run_file

revision = "0001_batches"
down_revision = None


def upgrade() -> None:
    """Apply it."""
    run_file(__file__)
