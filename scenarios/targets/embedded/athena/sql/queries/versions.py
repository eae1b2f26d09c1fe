"""FOR VERSION and FOR TIMESTAMP AS OF: which state of a table a query reads."""

from typing import Any

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.casts.casting import cast
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.scope import Env, Scope
from scenarios.targets.embedded.athena.sql.tables import Version
from scenarios.targets.embedded.athena.sql.types import timestamp, zoned


def version(written: Any, env: Env) -> Version:
    """What stands behind FOR: a snapshot's number, or a time at UTC; None if nothing does.

    Raises:
        SqlError: TYPE_MISMATCH, it is neither.
    """
    if written is None:
        return None
    value = Binder(env, Scope()).bind(written.expression)
    if written.this == "VERSION":
        if not value.type.is_integer:
            raise SqlError("TYPE_MISMATCH", "Version must be a bigint")
        return int(env.statement.evaluate(value))
    if value.type.kind not in ("date", "timestamp", "timestamp with time zone"):
        raise SqlError("TYPE_MISMATCH", f"Type {value.type} is not supported for a timestamp of a version")
    at = cast(cast(value, zoned(6)), timestamp(6)) if value.type.kind != "timestamp with time zone" else value
    sql = f"{at.sql}.utc" if at.type.kind == "timestamp with time zone" else at.sql
    found: Version = env.statement.evaluate(Bound(timestamp(6), sql))
    return found
