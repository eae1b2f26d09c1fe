"""OVER: the rows that a function of a window sees."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.comparison import grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.aggregating import bind_call, taken_apart
from scenarios.targets.embedded.athena.sql.queries.ordering import ordered
from scenarios.targets.embedded.athena.sql.times.calculating import DAY_MS
from scenarios.targets.embedded.athena.sql.types import BIGINT, DATE, DAY_TO_SECOND, YEAR_TO_MONTH

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder

Parts: TypeAlias = Mapping[str, Any]
"""PARTITION BY, ORDER BY and the frame of a window, as they are written."""

_NEIGHBOURS: Final = ("lag", "lead")
_OF_TIME: Final = ("date", "timestamp", "timestamp with time zone", "time")
_WRITTEN: Final = re.compile(r"CAST\((-?\d+) AS \w+\)")
_INTERVALS: Final = {DAY_TO_SECOND: "to_milliseconds", YEAR_TO_MONTH: "to_months"}


def over_window(binder: "Binder", node: Any, named: Mapping[str, Parts]) -> Bound:
    """A function over a window; `named` are those of the WINDOW clause.

    Raises:
        SqlError: it is wrong, or not known here.
    """
    call = taken_apart(node.this)
    if call.is_distinct:
        raise not_supported("DISTINCT over a window")
    if call.order:
        raise not_supported("ORDER BY in a function over a window")
    if call.where is not None:
        raise SqlError("NOT_SUPPORTED", "FILTER is not yet supported for window functions")
    parts = _parts(node, named)
    if call.name in _NEIGHBOURS:
        _refuse_neighbours(call.name, parts)
    call.over = f" OVER ({_window(binder, parts)})"
    return bind_call(call, binder)


def named_windows(binder: "Binder", written: Sequence[Any]) -> Mapping[str, Parts]:
    """The windows of a WINDOW clause, of which each may be made of one before it.

    Raises:
        SqlError: one is wrong, even if nothing is over it.
    """
    found: dict[str, Parts] = {}
    for window in written:
        name = window.this.name.lower()
        if name in found:
            raise SqlError("DUPLICATE_WINDOW_NAME", f"WINDOW name {name} specified more than once")
        found[name] = _parts(window, found)
        _window(binder, found[name])
    return found


def _parts(node: Any, named: Mapping[str, Parts]) -> Parts:
    """A window's PARTITION BY, ORDER BY and frame, with those of the window that it is made of."""
    own = {name: node.args.get(name) for name in ("partition_by", "order", "spec")}
    base = node.args.get("alias")
    if base is None:
        return own
    name = base.name.lower()
    if name not in named:
        raise SqlError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {base.name}")
    of = named[name]
    if "partition_by" not in node.args:
        return of  # OVER w, and not OVER (w …)
    if own["partition_by"]:
        raise SqlError("INVALID_PARTITION_BY", "WINDOW specification with named WINDOW reference cannot specify it")
    if own["order"] and of["order"]:
        raise SqlError("INVALID_ORDER_BY", "Cannot specify ORDER BY in WINDOW of a WINDOW that has it")
    if of["spec"]:
        raise SqlError("INVALID_WINDOW_REFERENCE", "Cannot reference named WINDOW containing frame specification")
    return {part: own[part] or of[part] for part in own}


def _refuse_neighbours(name: str, parts: Parts) -> None:
    if not parts["order"]:
        raise SqlError("MISSING_ORDER_BY", f"{name} function requires an ORDER BY window clause")
    if parts["spec"]:
        raise SqlError("INVALID_WINDOW_FRAME", f"Cannot specify window frame for {name} function")


def _window(binder: "Binder", parts: Parts) -> str:
    sql = []
    if parts["partition_by"]:
        sql.append(f"PARTITION BY {', '.join(_partition(binder.bind(key)) for key in parts['partition_by'])}")
    terms = parts["order"].expressions if parts["order"] else []
    values = [binder.bind(term.this) for term in terms]
    if terms:
        sql.append(f"ORDER BY {', '.join(map(ordered, terms, values))}")
    if parts["spec"]:
        sql.append(_frame(binder, parts["spec"], values))
    return " ".join(sql)


def _partition(value: Bound) -> str:
    if value.type.of:
        # NULL within a value is none to DuckDB that it could not tell apart.
        raise not_supported(f"a window by values of type {value.type}")
    return grouped(value).sql


def _frame(binder: "Binder", spec: Any, keys: Sequence[Bound]) -> str:
    kind = spec.args["kind"].upper()
    if spec.args.get("exclude"):
        raise not_supported("EXCLUDE of a window's rows")
    if kind == "GROUPS" and not keys:
        raise SqlError("MISSING_ORDER_BY", "Window frame of type GROUPS requires ORDER BY")
    first = _bound(binder, kind, keys, spec.args["start"], spec.args.get("start_side"))
    if not spec.args.get("end"):
        return f"{kind} {first}"
    last = _bound(binder, kind, keys, spec.args["end"], spec.args.get("end_side"))
    return f"{kind} BETWEEN {first} AND {last}"


def _bound(binder: "Binder", kind: str, keys: Sequence[Bound], where: Any, side: str | None) -> str:
    if isinstance(where, str):
        return f"{where} {side or ''}".upper().strip()
    value = binder.bind(where)
    if kind != "RANGE":
        if not value.type.is_integer:
            raise SqlError("TYPE_MISMATCH", f"Window frame {kind} value type must be exact numeric, not {value.type}")
        value = coerced(value, BIGINT)
    elif keys and keys[0].type.kind in _OF_TIME and value.type not in _INTERVALS:
        raise SqlError("TYPE_MISMATCH", f"Window frame of type RANGE of {keys[0].type} cannot be {value.type} wide")
    if value.type in _INTERVALS:
        return f"{_interval(value, keys)} {side}"
    if not isinstance(where, exp.Literal):
        raise not_supported("a window's bound that is no number")
    return f"{value.sql} {side}"


def _interval(value: Bound, keys: Sequence[Bound]) -> str:
    written = _WRITTEN.fullmatch(value.sql)
    if written is None:
        raise not_supported("a window's bound that is no literal")
    if written[1].startswith("-"):
        raise SqlError("INVALID_WINDOW_FRAME", "Window frame offset value must not be negative or null")
    if value.type == DAY_TO_SECOND and keys and keys[0].type == DATE and int(written[1]) % DAY_MS:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date")
    return f"{_INTERVALS[value.type]}({value.sql})"
