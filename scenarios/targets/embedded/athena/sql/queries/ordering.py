"""ORDER BY's terms, LIMIT and OFFSET."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound
from scenarios.targets.embedded.athena.sql.comparison import ordering_key
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, unknown
from scenarios.targets.embedded.athena.sql.types import BIGINT

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder

_UNORDERED = ("map", "json")
_MOST_SORTED = 2**31 - 1


def ordered(term: Any, value: Bound) -> str:
    """A term of ORDER BY; NULL comes last where nothing else is said."""
    if value.type.kind in _UNORDERED:
        raise SqlError("TYPE_MISMATCH", f"Type {value.type} is not orderable, and therefore cannot be used in ORDER BY")
    if value.type.of:
        raise not_supported(f"the order of values of type {value.type}")
    key = ordering_key(value)
    if key == "NULL" or key.startswith("'"):
        # DuckDB has no order by a constant.
        key = f"CAST({key} AS {value.type.duckdb})"
    # A bare number would be a column's place to DuckDB; none is written so.
    way = "DESC" if term.args.get("desc") else "ASC"
    if not term.args.get("nulls_first"):
        return f"{key} {way} NULLS LAST"
    # With NULLS FIRST Trino has NaN below all numbers, else above them, as DuckDB always has.
    nan = f"isnan({key}) {'ASC' if way == 'DESC' else 'DESC'} NULLS FIRST, " if value.type.is_float else ""
    return f"{nan}{key} {way} NULLS FIRST"


def order_by(written: Any, binder: "Binder", values: Sequence[Bound], *, of_distinct: bool = False) -> str:
    """ORDER BY, whose terms are places among `values`, or expressions.

    Raises:
        SqlError: a place is not there; with `of_distinct`, an expression is none of the values.
    """
    if written is None:
        return ""
    terms = []
    for term in written.expressions:
        value = _term(term.this, binder, values)
        if of_distinct and value.sql not in {other.sql for other in values}:
            raise SqlError(
                "EXPRESSION_NOT_IN_DISTINCT", "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            )
        terms.append(ordered(term, value))
    return f" ORDER BY {', '.join(terms)}"


def _term(what: Any, binder: "Binder", values: Sequence[Bound]) -> Bound:
    what = what.unnest()
    sign = -1 if isinstance(what, exp.Neg) else 1
    number = what.this if sign < 0 else what
    if not (isinstance(number, exp.Literal) and number.is_int):
        return binder.bind(what)
    place = sign * int(number.this)
    if not 1 <= place <= len(values):
        raise SqlError("INVALID_COLUMN_REFERENCE", f"ORDER BY position {place} is not in select list")
    return values[place - 1]


def limit(node: Any) -> str:
    """LIMIT and OFFSET, FETCH FIRST among them.

    Raises:
        SqlError: it is no number of rows.
    """
    cut, skipped = node.args.get("limit"), node.args.get("offset")
    sql = ""
    if isinstance(cut, exp.Fetch):
        options = cut.args.get("limit_options")
        if options and (options.args.get("with_ties") or options.args.get("percent")):
            raise not_supported("FETCH FIRST … WITH TIES")
        count = _count(cut.args.get("count") or exp.Literal.number(1))
        if not count:
            raise SqlError("NUMERIC_VALUE_OUT_OF_RANGE", "FETCH FIRST row count must be positive (actual value: 0)")
        sql += f" LIMIT {count}"
    elif cut is not None and not _is_all(cut.expression):
        count = _count(cut.expression)
        if count > _MOST_SORTED and node.args.get("order"):
            raise SqlError("NOT_SUPPORTED", f"ORDER BY LIMIT > {_MOST_SORTED} is not supported")
        sql += f" LIMIT {count}"
    if skipped is not None:
        sql += f" OFFSET {_count(skipped.expression)}"
    return sql


def _is_all(written: Any) -> bool:
    return isinstance(written, exp.Var) and written.name.lower() == "all"


def _count(written: Any) -> int:
    if isinstance(written, exp.Literal) and not written.is_string:
        if written.is_int:
            if int(written.this) >= -BIGINT.least:
                raise SqlError("SYNTAX_ERROR", f"Invalid numeric literal: {written.this}")
            return int(written.this)
        raise SqlError("SYNTAX_ERROR", f"mismatched input '{written.this}'. Expecting: an integer")
    if isinstance(written, exp.Literal | exp.Neg | exp.Binary):
        raise SqlError("SYNTAX_ERROR", f"mismatched input '{written.sql('trino')}'. Expecting: an integer")
    raise unknown(written)
