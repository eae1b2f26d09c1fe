"""The days of purchase and how far each is, and the alerts that went out."""

from reference.state.statements import run_file

revision = "0004_days"
down_revision = "0003_batches_from_rows"


def upgrade() -> None:
    """Apply it."""
    run_file(__file__)
