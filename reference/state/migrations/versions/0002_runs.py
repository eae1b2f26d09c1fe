"""The runs."""

from reference.state.statements import run_file

revision = "0002_runs"
down_revision = "0001_batches"


def upgrade() -> None:
    """Apply it."""
    run_file(__file__)
