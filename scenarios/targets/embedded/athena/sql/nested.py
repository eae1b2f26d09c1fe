"""Arrays and rows as they are written, and what is taken out of arrays, maps and rows."""

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, failing, field_of
from scenarios.targets.embedded.athena.sql.comparison import refuse_keys
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, shown
from scenarios.targets.embedded.athena.sql.scope import dereferenced
from scenarios.targets.embedded.athena.sql.types import BIGINT, UNKNOWN, array, common, mapping, row

if TYPE_CHECKING:
    from scenarios.targets.embedded.athena.sql.binding import Binder


def array_of(binder: "Binder", node: Any) -> Bound:
    """ARRAY[…], of the type that all elements have in common."""
    kind, elements = binder.alike(node.expressions, "ARRAY elements")
    made = array(kind)
    return Bound(made, f"CAST([{', '.join(element.sql for element in elements)}] AS {made.duckdb})")


def row_of(binder: "Binder", node: Any) -> Bound:
    """ROW(…), or values in parentheses."""
    fields = [binder.bind(value) for value in node.expressions]
    if not fields:
        raise not_supported("a row without fields")
    packed = ", ".join(f"f{place} := {field.sql}" for place, field in enumerate(fields))
    kind = row([field.type for field in fields])
    return Bound(kind, f"CAST(struct_pack({packed}) AS {kind.duckdb})")


def subscript(binder: "Binder", node: Any) -> Bound:
    """An element of an array, the value of a key of a map, or a field of a row; all fail where there is none."""
    if len(node.expressions) != 1:
        raise SqlError("SYNTAX_ERROR", "a subscript is one value")
    base = binder.bind(node.this)
    if base.type.kind == "row":
        return _field(base, node.expressions[0])
    at = binder.bind(node.expressions[0])
    if base.type.kind == "array":
        return _element(base, at)
    if base.type.kind == "map":
        return _value(base, at)
    raise SqlError("TYPE_MISMATCH", f"Cannot use {at.type} for subscript of {base.type}")


def _field(base: Bound, at: Any) -> Bound:
    if not (isinstance(at, exp.Literal) and at.is_int):
        raise SqlError("TYPE_MISMATCH", "Subscript expression on ROW requires a constant index")
    place = int(at.this)
    if place < 1:
        raise SqlError("INVALID_FUNCTION_ARGUMENT", f"Invalid subscript index: {place}. ROW indices start at 1")
    if place > len(base.type.of):
        raise SqlError(
            "INVALID_FUNCTION_ARGUMENT",
            f"Subscript index out of bounds: {place}, max value is {len(base.type.of)}",
        )
    return field_of(base, place - 1)


def _element(base: Bound, at: Bound) -> Bound:
    if not (at.type.is_integer or at.type == UNKNOWN):
        raise SqlError("TYPE_MISMATCH", f"Cannot use {at.type} for subscript of {base.type}")
    [kind] = base.type.of
    index = coerced(at, BIGINT).sql
    wrong = {
        f"{index} = 0": fail("INVALID_FUNCTION_ARGUMENT", "SQL array indices start at 1"),
        f"{index} < 0": failing(
            "INVALID_FUNCTION_ARGUMENT", "Array subscript is negative: ", f"CAST({index} AS VARCHAR)"
        ),
        f"{index} > len({base.sql})": failing(
            "INVALID_FUNCTION_ARGUMENT",
            "Array subscript must be less than or equal to array length: ",
            f"CAST({index} AS VARCHAR) || ' > ' || CAST(len({base.sql}) AS VARCHAR)",
        ),
    }
    arms = " ".join(
        f"WHEN {base.sql} IS NOT NULL AND {test} THEN {_of_type(said, kind)}" for test, said in wrong.items()
    )
    return Bound(kind, f"(CASE {arms} ELSE {base.sql}[{index}] END)")


def _value(base: Bound, at: Bound) -> Bound:
    of_key, kind = base.type.of
    wider = common(at.type, of_key)
    if wider is None:
        raise SqlError("TYPE_MISMATCH", f"Cannot use {at.type} for subscript of {base.type}")
    refuse_keys(wider)
    base, key = coerced(base, mapping(wider, kind)), coerced(at, wider)
    shown = f"CAST({key.sql} AS VARCHAR)" if not of_key.of else "''"
    wrong = failing("INVALID_FUNCTION_ARGUMENT", "Key not present in map: ", shown)
    missing = f"{base.sql} IS NOT NULL AND {key.sql} IS NOT NULL AND NOT map_contains({base.sql}, {key.sql})"
    if wider.is_float:
        # NaN is no key that could be found.
        missing = f"{base.sql} IS NOT NULL AND (isnan({key.sql}) OR ({missing}))"
    return Bound(kind, f"(CASE WHEN {missing} THEN {_of_type(wrong, kind)} ELSE {base.sql}[{key.sql}] END)")


def _of_type(failure: str, kind: Any) -> str:
    """A failure in the place of a value of any type: an integer has no way to many of them but by its text."""
    return f"CAST(CAST({failure} AS VARCHAR) AS {kind.duckdb})"


def dereference(binder: "Binder", node: Any) -> Bound:
    """A field of a row, by its name."""
    if not isinstance(node.expression, exp.Identifier):
        raise not_supported(node.sql("trino"))
    return dereferenced(binder.bind(node.this), node.expression.name.lower(), shown(node.this))
