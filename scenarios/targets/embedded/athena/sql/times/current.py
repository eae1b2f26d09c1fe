"""The time at which the statement began."""

from typing import TYPE_CHECKING, Any

from scenarios.targets.embedded.athena.sql.bound import Bound, text
from scenarios.targets.embedded.athena.sql.types import DATE, timestamp, zoned

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder

_DIGITS = 3


def _now(binder: "Binder") -> str:
    now = binder.env.statement.now
    milliseconds = now.replace(microsecond=now.microsecond // 1000 * 1000, tzinfo=None)
    return f"CAST({text(str(milliseconds))} AS TIMESTAMP)"


def date(binder: "Binder", _node: Any) -> Bound:
    """The day, at UTC."""
    return Bound(DATE, f"CAST({_now(binder)} AS DATE)")


def timestamp_now(binder: "Binder", _node: Any) -> Bound:
    """With its zone, which is UTC."""
    kind = zoned(_DIGITS)
    return Bound(kind, f"CAST(struct_pack(utc := {_now(binder)}, zone := 'UTC') AS {kind.duckdb})")


def local(binder: "Binder", _node: Any) -> Bound:
    """Without its zone."""
    return Bound(timestamp(_DIGITS), _now(binder))
