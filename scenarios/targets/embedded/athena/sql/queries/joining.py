"""JOIN: two relations as one."""

from collections.abc import Sequence
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, alike, condition
from scenarios.targets.embedded.athena.sql.comparison import compared
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.queries.relation import Relation
from scenarios.targets.embedded.athena.sql.scope import Column, Env, Scope

_KINDS: Final = ("", "INNER", "CROSS", "OUTER")
_SIDES: Final = ("LEFT", "RIGHT", "FULL")


def is_comma(join: Any) -> bool:
    """Whether it is no JOIN, but a comma."""
    return not any(join.args.get(name) for name in ("kind", "side", "method", "on", "using"))


def beside(left: Relation, right: Relation) -> Relation:
    """All pairs of two relations' rows; the right one may be a join."""
    is_join = not right.alias
    return Relation(
        f"{left.sql} CROSS JOIN {f'({right.sql})' if is_join else right.sql}", [*left.columns, *right.columns]
    )


def joined(left: Relation, right: Relation, join: Any, env: Env) -> Relation:
    """Two relations as one.

    Raises:
        SqlError: the join is wrong, or not known here.
    """
    side, kind = _kinds(join)
    on, using = join.args.get("on"), join.args.get("using")
    if isinstance(join.this, exp.Unnest) and side and not (isinstance(on, exp.Boolean) and on.this):
        raise SqlError("NOT_SUPPORTED", f"{side} JOIN involving UNNEST is only supported with condition ON TRUE")
    if kind == "CROSS" and (on or using):
        raise SqlError("SYNTAX_ERROR", f"mismatched input '{'ON' if on else 'USING'}'")
    if isinstance(join.this, exp.Lateral) and kind != "CROSS":
        raise not_supported("LATERAL in a join that is no CROSS JOIN")
    if using:
        return _join_using(left, right, side, [name.name for name in using])
    columns = [*left.columns, *right.columns]
    if on is None:
        if kind not in ("", "CROSS") or side:
            raise SqlError("SYNTAX_ERROR", "a join needs ON or USING")
        return Relation(f"{left.sql} CROSS JOIN {right.sql}", columns)
    test = condition(_OnBinder(env, Scope(columns, env.outer)).bind(on), "JOIN ON clause")
    return Relation(f"{left.sql} {side or 'INNER'} JOIN {right.sql} ON {test.sql}", columns)


class _OnBinder(Binder):
    """Binds what stands behind ON, of whose columns no query in it knows."""

    correlates = False


def _kinds(join: Any) -> tuple[str, str]:
    """The side and the kind, in upper case."""
    if join.args.get("method"):
        raise SqlError("NOT_SUPPORTED", f"{join.args['method']} JOIN is not supported")
    side = (join.args.get("side") or "").upper()
    kind = (join.args.get("kind") or "").upper()
    if (side and side not in _SIDES) or kind not in _KINDS:
        raise SqlError("SYNTAX_ERROR", f"mismatched input '{side or kind}'")
    return side, kind


def _join_using(left: Relation, right: Relation, side: str, names: Sequence[str]) -> Relation:
    """Of each pair of columns one remains, in front of all others."""
    if len({name.lower() for name in names}) < len(names):
        raise SqlError("DUPLICATE_COLUMN_NAME", f"Column names of USING are not distinct: {', '.join(names)}")
    tests, merged, gone = [], [], []
    for name in names:
        pair = [_column(relation, name.lower(), where) for relation, where in ((left, "left"), (right, "right"))]
        ours, theirs = pair
        tests.append(compared("=", ours.value, theirs.value).sql)
        merged.append(Column(None, name.lower(), _either(side, ours.value, theirs.value), shown=name))
        gone += pair
    others = [column for column in (*left.columns, *right.columns) if not any(column is one for one in gone)]
    return Relation(
        f"{left.sql} {side or 'INNER'} JOIN {right.sql} ON {' AND '.join(tests)}",
        [*merged, *others],
    )


def _either(side: str, ours: Bound, theirs: Bound) -> Bound:
    ours, theirs = alike(ours, theirs, "=")
    if side == "FULL":
        return Bound(ours.type, f"coalesce({ours.sql}, {theirs.sql})")
    return theirs if side == "RIGHT" else ours


def _column(relation: Relation, name: str, where: str) -> Column:
    found = [column for column in relation.columns if column.name == name]
    if not found:
        raise SqlError("COLUMN_NOT_FOUND", f"Column '{name}' is missing from {where} side of join")
    if len(found) > 1:
        raise SqlError("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous")
    return found[0]
