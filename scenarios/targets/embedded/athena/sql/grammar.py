"""What the parts of a statement may have in them.

sqlglot reads more than Trino's grammar has, and hangs it on parts that are known here: a part that was not thought of
would be overlooked, and the statement would mean something else.
"""

from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.reserved import RESERVED

_CUT: Final = "order limit offset"
_PARTS: Final[tuple[tuple[str, tuple[Any, ...]], ...]] = (
    ("this", (exp.Neg, exp.Not, exp.Paren, exp.Any, exp.All, exp.Exists, exp.Where, exp.Having)),
    ("this", (exp.From, exp.IgnoreNulls, exp.RespectNulls)),
    ("this expression", (exp.Add, exp.Sub, exp.Mul, exp.Mod, exp.DPipe, exp.And, exp.Or)),
    ("this expression", (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Escape)),
    ("this expression", (exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Dot, exp.Filter, exp.Extract)),
    ("this expression", (exp.Insert,)),
    ("expressions", (exp.Array, exp.Tuple, exp.Cube, exp.Rollup, exp.GroupingSets, exp.Distinct)),
    ("this expressions", (exp.Anonymous, exp.Bracket, exp.Lambda, exp.Order)),
    (f"this expression distinct with_ {_CUT}", (exp.Union, exp.Intersect, exp.Except)),
    ("this expression typed", (exp.Div,)),
    ("this expression negate", (exp.Like,)),
    ("this low high", (exp.Between,)),
    ("this expressions query", (exp.In,)),
    ("this ifs default", (exp.Case,)),
    ("this true false", (exp.If,)),
    ("this to", (exp.Cast,)),
    ("this to safe", (exp.TryCast,)),
    ("this unit", (exp.Interval,)),
    ("this zone", (exp.AtTimeZone,)),
    ("this substr", (exp.StrPosition,)),
    ("this start length", (exp.Substring,)),
    ("this position expression", (exp.Trim,)),
    ("this form", (exp.Normalize,)),
    ("this separator", (exp.GroupConcat,)),
    ("expressions grouping_sets rollup cube", (exp.Group,)),
    ("this desc nulls_first", (exp.Ordered,)),
    ("expression", (exp.Limit, exp.Offset)),
    ("direction count limit_options", (exp.Fetch,)),
    ("this partition_by order spec alias over", (exp.Window,)),
    ("kind start start_side end end_side", (exp.WindowSpec,)),
    (f"this alias joins with_ sample {_CUT}", (exp.Subquery,)),
    ("this db catalog alias joins version sample", (exp.Table,)),
    (f"expressions alias joins {_CUT}", (exp.Values,)),
    ("expressions alias offset joins", (exp.Unnest,)),
    ("this alias joins", (exp.Lateral,)),
    ("this kind side on using method", (exp.Join,)),
    ("this columns", (exp.TableAlias,)),
    ("method percent", (exp.TableSample,)),
    ("expressions recursive", (exp.With,)),
    ("this alias", (exp.CTE,)),
    ("this expressions where", (exp.Update,)),
    ("this where", (exp.Delete,)),
    ("this using on whens", (exp.Merge,)),
    ("matched source condition then", (exp.When,)),
    ("this kind expression exists replace properties", (exp.Create,)),
)
_KNOWN: Final = {kind: frozenset(names.split()) for names, kinds in _PARTS for kind in kinds}


def check(statement: exp.Expression) -> None:
    """Make sure that nothing in a statement is overlooked.

    Raises:
        SqlError: NOT_SUPPORTED, a part has something in it that is not known here; SYNTAX_ERROR, a name is a reserved
            word.
    """
    for node in statement.walk():
        if isinstance(node, exp.Identifier) and not node.args.get("quoted") and node.name.upper() in RESERVED:
            error = SqlError("SYNTAX_ERROR", f"mismatched input '{node.name}'")
            error.locate(node)
            raise error
        known = _KNOWN.get(type(node))
        if known is None:
            continue
        others = {name for name, value in node.args.items() if _is_there(value)} - known
        if others:
            raise not_supported(f"{min(others).strip('_').upper()} of {type(node).__name__.upper()}")


def _is_there(value: Any) -> bool:
    return value not in (None, False, "") and value != []
