"""Aggregations: each is written with DuckDB's, of whose calls it does not know which rows they are over."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, failing
from scenarios.targets.embedded.athena.sql.comparison import grouped, ordering_key
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.functions.collecting import COLLECTING
from scenarios.targets.embedded.athena.sql.functions.overloads import Aggregate, Over, fitting
from scenarios.targets.embedded.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DAY_TO_SECOND,
    DOUBLE,
    MOST_DIGITS,
    REAL,
    UNKNOWN,
    YEAR_TO_MONTH,
    array,
    decimal,
)

MOST_ROWS: Final = 10_000
"""That Trino's aggregations of several rows hold."""

_WHOLE: Final = re.compile(r"CAST\(CAST\((\d+) AS \w+\) AS \w+\)")
_UNORDERED: Final = ("map", "json", "unknown")


def _count(arguments: Sequence[Bound], over: Over) -> Bound | None:
    if len(arguments) > 1:
        return None
    return Bound(BIGINT, over("count", *(value.sql for value in arguments)))


def _count_if(arguments: Sequence[Bound], over: Over) -> Bound | None:
    values = fitting(arguments, [BOOLEAN])
    return None if values is None else Bound(BIGINT, over("count", f"CASE WHEN {values[0].sql} THEN 1 END"))


def _sum(arguments: Sequence[Bound], over: Over) -> Bound | None:
    if len(arguments) != 1:
        return None
    [value] = arguments
    kind = value.type
    if kind.is_float:
        return Bound(kind, f"CAST({over('sum', value.sql)} AS {kind.duckdb})")
    if kind.kind == "decimal":
        made = decimal(MOST_DIGITS, kind.numbers[1])
        return Bound(made, f"CAST({over('sum', value.sql)} AS {made.duckdb})")
    if not kind.is_integer and kind not in (DAY_TO_SECOND, YEAR_TO_MONTH):
        return None
    made = BIGINT if kind.is_integer else kind
    whole = over("sum", f"CAST({value.sql} AS BIGINT)")
    least, most = BIGINT.least, -BIGINT.least - 1
    wrong = failing("NUMERIC_VALUE_OUT_OF_RANGE", "bigint addition overflow: ", f"CAST({whole} AS VARCHAR)")
    checked = f"CASE WHEN {whole} NOT BETWEEN {least} AND {most} THEN {wrong} ELSE {whole} END"
    return Bound(made, f"CAST({checked} AS {made.duckdb})")


def _avg(arguments: Sequence[Bound], over: Over) -> Bound | None:
    if len(arguments) != 1:
        return None
    [value] = arguments
    if value.type.kind == "decimal":
        _, scale = value.type.numbers
        total = over("sum", f"CAST({value.sql} AS {decimal(MOST_DIGITS, scale).duckdb})")
        unscaled = f"CAST(replace(CAST({total} AS VARCHAR), '.', '') AS HUGEINT)"
        mean = f"keystone_divide({unscaled}, nullif({over('count', value.sql)}, 0))"
        return Bound(value.type, f"CAST(keystone_scaled_{scale}({mean}) AS {value.type.duckdb})")
    if value.type in (DAY_TO_SECOND, YEAR_TO_MONTH):
        raise not_supported(f"avg of {value.type}")
    kind = REAL if value.type == REAL else DOUBLE
    if not (value.type.is_integer or value.type.is_float):
        return None
    return Bound(kind, f"CAST({over('avg', coerced(value, DOUBLE).sql)} AS {kind.duckdb})")


def _extreme(name: str) -> Aggregate:
    def made(arguments: Sequence[Bound], over: Over) -> Bound | None:
        if not arguments or arguments[0].type.kind in _UNORDERED:
            return None
        value, key = arguments[0], _ordered(arguments[0])
        if len(arguments) == 1:
            if key.sql != value.sql:
                return Bound(value.type, over(f"arg_{name}", value.sql, key.sql))
            return Bound(
                value.type, _extreme_of_floats(name, value.sql, over) if value.type.is_float else over(name, value.sql)
            )
        counts = fitting(arguments[1:], [BIGINT])
        if counts is None:
            return None
        if value.type.is_float:
            raise not_supported(f"{name} of several values of type {value.type}")
        return Bound(array(value.type), f"nullif({over(name, value.sql, _constant(counts[0]))}, [])")

    return made


def _extreme_of_floats(name: str, value: str, over: Over) -> str:
    """NaN is neither the least nor the greatest, unless there is nothing else."""
    return f"coalesce({over(name, f'CASE WHEN NOT isnan({value}) THEN {value} END')}, {over(name, value)})"


def _ordered(value: Bound) -> Bound:
    """What a value is put in order by.

    Raises:
        SqlError: DuckDB has another order of such values.
    """
    if value.type.of:
        raise not_supported(f"the order of values of type {value.type}")
    return Bound(value.type, ordering_key(value))


def _constant(value: Bound) -> str:
    found = _WHOLE.fullmatch(value.sql)
    if found is None or not 1 <= int(found[1]) <= MOST_ROWS:
        raise not_supported(f"an aggregation of a number of rows that is no constant of 1 to {MOST_ROWS}")
    return value.sql


def _by(name: str) -> Aggregate:
    def made(arguments: Sequence[Bound], over: Over) -> Bound | None:
        if len(arguments) < 2 or arguments[1].type.kind in _UNORDERED:
            return None
        value, key = arguments[0], _ordered(arguments[1])
        if key.type.is_float:
            if len(arguments) > 2:
                raise not_supported(f"{name} of several values by a {key.type}")
            return _by_floats(name, value, key, over)
        if len(arguments) == 2:
            return Bound(value.type, over(f"{name}_null", value.sql, key.sql))
        counts = fitting(arguments[2:], [BIGINT])
        if counts is None:
            return None
        # DuckDB leaves out what is NULL, which a struct of it is not.
        found = over(name, f"struct_pack(v := {value.sql})", key.sql, _constant(counts[0]))
        return Bound(array(value.type), f"list_transform({found}, lambda x: x.v)")

    return made


def _by_floats(name: str, value: Bound, key: Bound, over: Over) -> Bound:
    """Among those of which the key is a number."""
    wrong = fail("NOT_SUPPORTED", f"{name} of keys that are all NaN is not supported here")
    number = f"CASE WHEN NOT isnan({key.sql}) THEN {key.sql} END"
    none = f"{over('count', number)} = 0 AND {over('count', key.sql)} > 0"
    failure = f"CAST(CAST({wrong} AS VARCHAR) AS {value.type.duckdb})"
    return Bound(value.type, f"CASE WHEN {none} THEN {failure} ELSE {over(f'{name}_null', value.sql, number)} END")


def _any(arguments: Sequence[Bound], over: Over) -> Bound | None:
    return Bound(arguments[0].type, over("any_value", arguments[0].sql)) if len(arguments) == 1 else None


def _logical(name: str) -> Aggregate:
    def made(arguments: Sequence[Bound], over: Over) -> Bound | None:
        values = fitting(arguments, [BOOLEAN])
        return None if values is None else Bound(BOOLEAN, over(name, values[0].sql))

    return made


def _of_doubles(name: str) -> Aggregate:
    def made(arguments: Sequence[Bound], over: Over) -> Bound | None:
        values = fitting(arguments, [DOUBLE])
        return None if values is None else Bound(DOUBLE, over(name, *(value.sql for value in values)))

    return made


def _of_pairs(name: str) -> Aggregate:
    """Of two numbers; the last digit depends on the order of the rows, in Athena as here."""

    def made(arguments: Sequence[Bound], over: Over) -> Bound | None:
        for kind in (REAL, DOUBLE):
            if (values := fitting(arguments, [kind, kind])) is not None:
                found = over(name, *(f"CAST({value.sql} AS DOUBLE)" for value in values))
                if not name.startswith("covar"):
                    found = f"CASE WHEN isfinite({found}) THEN {found} END"
                return Bound(kind, f"CAST({found} AS {kind.duckdb})")
        return None

    return made


def _geometric(arguments: Sequence[Bound], over: Over) -> Bound | None:
    for kind in (BIGINT, REAL, DOUBLE):
        if (values := fitting(arguments, [kind])) is not None:
            made = DOUBLE if kind == BIGINT else kind
            mean = over("avg", f"ln(CAST({values[0].sql} AS DOUBLE))")
            return Bound(made, f"CAST(exp({mean}) AS {made.duckdb})")
    return None


def _bits(name: str) -> Aggregate:
    def made(arguments: Sequence[Bound], over: Over) -> Bound | None:
        values = fitting(arguments, [BIGINT])
        return None if values is None else Bound(BIGINT, over(name, values[0].sql))

    return made


def _approx_distinct(arguments: Sequence[Bound], over: Over) -> Bound | None:
    """Exactly: Athena's own is off by 2.3% as a rule, and exact where there are few."""
    if len(arguments) > 1:
        raise not_supported("approx_distinct with a standard error")
    if not arguments:
        return None
    return Bound(BIGINT, over("count", f"DISTINCT {grouped(arguments[0]).sql}"))


def _approx_percentile(arguments: Sequence[Bound], over: Over) -> Bound | None:
    """The value at that place exactly, as Trino's digest has it of whole numbers, and nearly so of others."""
    if len(arguments) > 2:
        raise not_supported("approx_percentile with weights or an accuracy")
    if len(arguments) != 2 or not arguments[0].type.is_numeric:
        return None
    value, share = arguments
    if UNKNOWN in (share.type, *share.type.of):
        raise not_supported("approx_percentile of NULL without a type")
    # Trino finds no way from a decimal but to a real.
    kind = REAL if value.type.kind == "decimal" else value.type if value.type.is_float else BIGINT
    of_many = share.type.kind == "array"
    shares = fitting([share], [array(DOUBLE) if of_many else DOUBLE])
    if shares is None:
        return None
    key = f"CAST({value.sql} AS {kind.duckdb})"
    known = f"list_filter({over('list', key, order=key)}, lambda x: x IS NOT NULL)"
    script = "keystone_percentiles" if of_many else "keystone_percentile"
    made = array(kind) if of_many else kind
    return Bound(made, f"CAST({script}({known}, {shares[0].sql}) AS {made.duckdb})")


AGGREGATES: Final[Mapping[str, Aggregate]] = {
    "count": _count,
    "count_if": _count_if,
    "sum": _sum,
    "avg": _avg,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "min_by": _by("arg_min"),
    "max_by": _by("arg_max"),
    "arbitrary": _any,
    "any_value": _any,
    "bool_and": _logical("bool_and"),
    "every": _logical("bool_and"),
    "bool_or": _logical("bool_or"),
    "stddev": _of_doubles("stddev_samp"),
    "stddev_samp": _of_doubles("stddev_samp"),
    "stddev_pop": _of_doubles("stddev_pop"),
    "variance": _of_doubles("var_samp"),
    "var_samp": _of_doubles("var_samp"),
    "var_pop": _of_doubles("var_pop"),
    **{name: _of_pairs(name) for name in ("corr", "covar_samp", "covar_pop", "regr_slope", "regr_intercept")},
    "geometric_mean": _geometric,
    "bitwise_and_agg": _bits("bit_and"),
    "bitwise_or_agg": _bits("bit_or"),
    "approx_distinct": _approx_distinct,
    "approx_percentile": _approx_percentile,
    "kurtosis": _of_doubles("kurtosis"),
    **COLLECTING,
}


NAMES: Final = AGGREGATES.keys() | {
    *("approx_most_frequent", "approx_set", "checksum", "make_set_digest", "map_union", "merge", "merge_set_digest"),
    *("numeric_histogram", "qdigest_agg", "reduce_agg", "skewness", "tdigest_agg"),
}
"""All of Trino's."""


def macros() -> list[str]:
    """What the expressions above call; to be made once for each connection."""
    each = "list_transform(shares, lambda s: keystone_percentile(l, s))"
    outside = fail("INVALID_FUNCTION_ARGUMENT", "Percentile must be between 0 and 1")
    inside = "CASE WHEN share = 1 THEN len(l) ELSE CAST(floor(share * len(l)) AS BIGINT) + 1 END"
    place = f"CASE WHEN share NOT BETWEEN 0 AND 1 THEN {outside} ELSE {inside} END"
    return [
        f"CREATE MACRO keystone_percentile(l, share) AS CASE WHEN len(l) > 0 THEN l[least({place}, len(l))] END",
        f"CREATE MACRO keystone_percentiles(l, shares) AS CASE WHEN len(l) > 0 THEN {each} END",
    ]
