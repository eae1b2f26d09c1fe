"""OVER: the rows that a function of a window sees."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced
from scenarios.targets.embedded.athena.sql.comparison import grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.aggregating import bind_call, taken_apart
from scenarios.targets.embedded.athena.sql.queries.ordering import ordered
from scenarios.targets.embedded.athena.sql.types import BIGINT, DAY_TO_SECOND, YEAR_TO_MONTH

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder

_INTERVALS: Final = {DAY_TO_SECOND: "to_milliseconds", YEAR_TO_MONTH: "to_months"}


def over_window(binder: "Binder", node: Any, named: Mapping[str, Any]) -> Bound:
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
    call.over = f" OVER ({_window(binder, node, named)})"
    return bind_call(call, binder)


def _window(binder: "Binder", node: Any, named: Mapping[str, Any]) -> str:
    parts = {name: node.args.get(name) for name in ("partition_by", "order", "spec")}
    base = node.args.get("alias")
    if base is not None:
        if base.name.lower() not in named:
            raise SqlError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {base.name}")
        of = named[base.name.lower()]
        parts = {name: value or of.args.get(name) for name, value in parts.items()}
    sql = []
    if parts["partition_by"]:
        sql.append(f"PARTITION BY {', '.join(grouped(binder.bind(key)).sql for key in parts['partition_by'])}")
    terms = parts["order"].expressions if parts["order"] else []
    values = [binder.bind(term.this) for term in terms]
    if terms:
        sql.append(f"ORDER BY {', '.join(map(ordered, terms, values))}")
    if parts["spec"]:
        sql.append(_frame(binder, parts["spec"]))
    return " ".join(sql)


def _frame(binder: "Binder", spec: Any) -> str:
    kind = spec.args["kind"].upper()
    if spec.args.get("exclude"):
        raise not_supported("EXCLUDE of a window's rows")
    first = _bound(binder, kind, spec.args["start"], spec.args.get("start_side"))
    if not spec.args.get("end"):
        return f"{kind} {first}"
    return f"{kind} BETWEEN {first} AND {_bound(binder, kind, spec.args['end'], spec.args.get('end_side'))}"


def _bound(binder: "Binder", kind: str, where: Any, side: str | None) -> str:
    if isinstance(where, str):
        return f"{where} {side or ''}".upper().strip()
    value = binder.bind(where)
    if value.type in _INTERVALS:
        return f"{_INTERVALS[value.type]}({value.sql}) {side}"
    if kind != "RANGE":
        value = coerced(value, BIGINT)
    if not isinstance(where, exp.Literal):
        raise not_supported("a window's bound that is no number")
    return f"{value.sql} {side}"
