"""${message}"""

from reference.state.statements import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply it."""
    run_file(__file__)
