"""By which rules each generation of a day was judged."""

from reference.state.statements import run_file

revision = "0005_judged_by"
down_revision = "0004_days"


def upgrade() -> None:
    """Apply it."""
    run_file(__file__)
