"""A small grammar of expressions, each of a type, over tables of some rows."""

import random
from dataclasses import dataclass
from typing import Final

Kind = str
"""integer, bigint, decimal, double, text, boolean, date, timestamp, integers, texts"""

_LITERALS: Final[dict[Kind, tuple[str, ...]]] = {
    "integer": ("0", "1", "-1", "2", "7", "100", "2147483647", "-2147483647", "CAST(NULL AS integer)"),
    "bigint": ("bigint '0'", "bigint '-5'", "3000000000", "9223372036854775807", "bigint '12'", "CAST(NULL AS bigint)"),
    "decimal": ("1.50", "-0.05", "99999.99", "0.00", "12345678901234567.89", "-7.125", "CAST(NULL AS decimal(5,2))"),
    "double": ("1.5e0", "-0e0", "0e0", "1e10", "-2.5e-3", "nan()", "infinity()", "1e300", "CAST(NULL AS double)"),
    "text": ("''", "'a'", "'abc'", "'A b'", "'ä€'", "'12'", "'2020-02-29'", "'a,b,c'", "CAST(NULL AS varchar)"),
    "boolean": ("true", "false", "CAST(NULL AS boolean)"),
    "date": ("date '2020-02-29'", "date '1969-12-31'", "date '2018-05-24'", "CAST(NULL AS date)"),
    "timestamp": (
        *("timestamp '2020-01-31 10:11:12.345'", "timestamp '1969-12-31 23:59:59.999'"),
        *("timestamp '2018-05-24 00:00:00.000'", "CAST(NULL AS timestamp)"),
    ),
    "integers": ("ARRAY[1, 2, 3]", "ARRAY[NULL, 5]", "CAST(ARRAY[] AS array(integer))", "ARRAY[3, 3, 1]"),
    "texts": ("ARRAY['a', 'b']", "ARRAY['x', NULL, 'x']", "CAST(ARRAY[] AS array(varchar(3)))", "ARRAY['', 'a,b']"),
}

_FORMS: Final[dict[Kind, tuple[str, ...]]] = {
    "integer": (
        *("{integer} + {integer}", "{integer} - {integer}", "{integer} * {integer}", "{integer} / {integer}"),
        *("{integer} % {integer}", "-({integer})", "abs({integer})", "sign({integer})", "CAST({decimal} AS integer)"),
        *("CAST({text} AS integer)", "CAST({double} AS integer)", "TRY_CAST({bigint} AS integer)"),
        *("{integers}[{integer}]", "element_at({integers}, {integer})", "CAST({boolean} AS integer)"),
        *("IF({boolean}, {integer}, {integer})", "coalesce({integer}, {integer})", "nullif({integer}, {integer})"),
        *("CASE WHEN {boolean} THEN {integer} WHEN {boolean} THEN {integer} END", "TRY({integer} / {integer})"),
        *("greatest({integer}, {integer})", "least({integer}, {integer})", "array_max({integers})"),
        *("reduce({integers}, 0, (s, x) -> s + coalesce(x, 0), s -> s)", "mod({integer}, 7)"),
    ),
    "bigint": (
        *("{bigint} + {integer}", "{bigint} * {bigint}", "{bigint} / {integer}", "{bigint} % {bigint}"),
        *("length({text})", "cardinality({integers})", "strpos({text}, {text})", "date_diff('day', {date}, {date})"),
        *("year({date})", "month({timestamp})", "day_of_week({date})", "hour({timestamp})", "week({date})"),
        *("CAST({double} AS bigint)", "CAST({decimal} AS bigint)"),
        *("CAST({text} AS bigint)", "CAST({integer} AS bigint)"),
        *("bitwise_and({bigint}, {bigint})",),
        *("bitwise_xor({integer}, {bigint})", "array_position({integers}, {integer})"),
        *("date_diff('month', {date}, {date})",),
        *("date_diff('hour', {timestamp}, {timestamp})", "levenshtein_distance({text}, {text})"),
        *("second({timestamp})", "quarter({date})", "day_of_year({date})", "year_of_week({date})"),
    ),
    "decimal": (
        *("{decimal} + {decimal}", "{decimal} - {integer}", "{decimal} * {decimal}", "{decimal} / {decimal}"),
        *("{decimal} % {decimal}", "-({decimal})", "abs({decimal})", "round({decimal})", "round({decimal}, 1)"),
        *("floor({decimal})", "ceil({decimal})", "CAST({integer} AS decimal(12,3))", "CAST({text} AS decimal(8,2))"),
        *("CAST({double} AS decimal(20,4))", "CAST({decimal} AS decimal(6,1))"),
        *("truncate({decimal})", "sign({decimal})"),
        *("IF({boolean}, {decimal}, {integer})", "coalesce({decimal}, {decimal})", "greatest({decimal}, {integer})"),
    ),
    "double": (
        *("{double} + {double}", "{double} - {integer}"),
        *("{double} * {decimal}", "{double} / {double}", "{double} % {double}"),
        *("-({double})", "abs({double})", "sqrt({double})", "floor({double})", "ceil({double})", "round({double})"),
        *("round({double}, 2)", "sign({double})", "CAST({text} AS double)", "CAST({decimal} AS double)"),
        *("CAST({bigint} AS double)", "to_unixtime({timestamp})", "truncate({double})", "nullif({double}, {double})"),
        *("greatest({double}, {double})", "least({double}, {double})", "power({integer}, 2)"),
    ),
    "text": (
        *("{text} || {text}", "concat({text}, {text}, {text})", "upper({text})", "lower({text})", "trim({text})"),
        *("substr({text}, {integer})", "substr({text}, {integer}, {integer})", "replace({text}, {text}, {text})"),
        *("replace({text}, {text})", "reverse({text})", "lpad({text}, 5, '*')", "rpad({text}, 2, 'xy')"),
        *("split_part({text}, ',', 2)", "CAST({integer} AS varchar)"),
        *("CAST({decimal} AS varchar)", "CAST({double} AS varchar)"),
        *("CAST({boolean} AS varchar)", "CAST({date} AS varchar)"),
        *("CAST({timestamp} AS varchar)", "{texts}[{integer}]"),
        *("array_join({texts}, '-')", "array_join({integers}, ',', 'N')", "coalesce({text}, {text})"),
        *("regexp_replace({text}, '[a-b]+', '<$0>')", "regexp_extract({text}, '(\\d+)')", "CAST({text} AS varchar(2))"),
        *("date_format({timestamp}, '%Y-%m-%d %H:%i:%s')", "to_iso8601({date})", "element_at({texts}, {integer})"),
        *("json_format(CAST({integers} AS json))", "json_format(CAST({text} AS json))", "translate({text}, 'ab', 'x')"),
    ),
    "boolean": (
        *("{integer} = {integer}", "{integer} < {decimal}", "{bigint} >= {integer}", "{decimal} <> {decimal}"),
        *("{double} < {double}", "{double} = {double}", "{text} = {text}", "{text} < {text}", "{date} <= {date}"),
        *("{timestamp} > {timestamp}", "{date} = {timestamp}", "{boolean} AND {boolean}", "{boolean} OR {boolean}"),
        *("NOT {boolean}", "{integer} IS NULL", "{text} IS NOT NULL", "{integer} BETWEEN {integer} AND {bigint}"),
        *("{integer} IN (1, 7, 100)", "{text} IN ('a', 'abc')", "{text} LIKE '%a_'"),
        *("{integer} IS DISTINCT FROM {bigint}",),
        *("{double} IS DISTINCT FROM {double}", "contains({integers}, {integer})"),
        *("regexp_like({text}, '^[a-c]+$')", "starts_with({text}, {text})"),
        *("{integers} = {integers}", "is_nan({double})"),
        *("any_match({integers}, x -> x > 1)",),
        *("all_match({integers}, x -> x > 0)", "none_match({texts}, x -> x = 'a')"),
        *("arrays_overlap({integers}, {integers})",),
        *("CAST({text} AS boolean)", "({integer}, {text}) = ({integer}, {text})"),
    ),
    "date": (
        *("{date} + interval '1' month", "{date} - interval '3' day"),
        *("CAST({timestamp} AS date)", "CAST({text} AS date)"),
        *("date_trunc('month', {date})", "date_trunc('week', {date})", "date_add('day', {integer} % 1000, {date})"),
        *("last_day_of_month({date})", "IF({boolean}, {date}, {date})"),
        *("coalesce({date}, {date})", "greatest({date}, {date})"),
    ),
    "timestamp": (
        *("{timestamp} + interval '90' minute", "{timestamp} - interval '1' year", "CAST({date} AS timestamp)"),
        *("date_trunc('hour', {timestamp})", "date_trunc('day', {timestamp})", "date_add('month', 1, {timestamp})"),
        *("CAST({text} AS timestamp)", "date_parse({text}, '%Y-%m-%d')", "coalesce({timestamp}, {date})"),
    ),
    "integers": (
        *("ARRAY[{integer}, {integer}]", "{integers} || {integers}"),
        *("{integers} || {integer}", "array_distinct({integers})"),
        *("array_sort({integers})", "array_union({integers}, {integers})", "array_intersect({integers}, {integers})"),
        *("array_except({integers}, {integers})", "slice({integers}, 1, 2)"),
        *("reverse({integers})", "array_remove({integers}, {integer})"),
        *("transform({integers}, x -> x * 2)",),
        *("filter({integers}, x -> x > 1)", "flatten(ARRAY[{integers}, {integers}])"),
        *("zip_with({integers}, {integers}, (x, y) -> coalesce(x, 0) + coalesce(y, 0))", "sequence(1, 3)"),
    ),
    "texts": (
        *("ARRAY[{text}, {text}]", "split({text}, ',')", "array_sort({texts})", "transform({texts}, x -> upper(x))"),
        *("{texts} || {texts}", "regexp_extract_all({text}, '[a-z]')", "array_distinct({texts})", "repeat({text}, 2)"),
    ),
}  # fmt: skip

COLUMNS: Final[tuple[tuple[str, Kind], ...]] = (
    *(("i", "integer"), ("b", "bigint"), ("d", "decimal"), ("f", "double"), ("s", "text")),
    *(("l", "boolean"), ("t", "date"), ("m", "timestamp"), ("xi", "integers"), ("xs", "texts")),
)
_AS: Final = {
    "integer": "integer",
    "bigint": "bigint",
    "decimal": "decimal(22,3)",
    "double": "double",
    "text": "varchar",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp(3)",
    "integers": "array(integer)",
    "texts": "array(varchar)",
}


@dataclass(frozen=True)
class Rows:
    """A table's rows, as expressions of each column."""

    cells: tuple[tuple[str, ...], ...]

    @property
    def relation(self) -> str:
        """It as a relation, for FROM."""
        rows = ", ".join(f"({', '.join(row)})" for row in self.cells)
        return f"(VALUES {rows}) t({', '.join(name for name, _ in COLUMNS)})"

    def alone(self) -> "list[Rows]":
        """A table for each row."""
        return [Rows((row,)) for row in self.cells]


def some_rows(dice: random.Random, count: int) -> Rows:
    """A table of random values."""
    return Rows(
        tuple(
            tuple(f"CAST({dice.choice(_LITERALS[kind])} AS {_AS[kind]})" for _, kind in COLUMNS) for _ in range(count)
        )
    )


def expression(dice: random.Random, kind: Kind, depth: int) -> str:
    """A random expression of a type, of forms within forms."""
    if depth == 0 or dice.random() < 0.15:
        named = [name for name, of in COLUMNS if of == kind]
        return dice.choice(named * 3 + [dice.choice(_LITERALS[kind])])
    form = dice.choice(_FORMS[kind])
    made, rest = "", form
    while "{" in rest:
        before, _, rest = rest.partition("{")
        inner, _, rest = rest.partition("}")
        made += f"{before}({expression(dice, inner, depth - 1)})"
    return made + rest


def any_expression(dice: random.Random, depth: int) -> str:
    """A random expression."""
    return expression(dice, dice.choice(list(_FORMS)), depth)
