"""Rules of every kind, and any tables that they may be put to."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique

FIRST = datetime(2018, 5, 24)  # noqa: DTZ001 - orders carry local times

RULES: Sequence[Rule] = (
    NotNull(name="text-there", rule="not-null", column="text"),
    NotNull(name="double-there", rule="not-null", column="double"),
    Above(name="double-above", rule="above", column="double", bound=Decimal(0)),
    Above(name="amount-above", rule="above", column="amount", bound=Decimal("0.5")),
    Above(name="number-above", rule="above", column="number", bound=Decimal(-1)),
    NotBefore(name="times-in-order", rule="not-before", column="later", other="sooner"),
    NotBefore(name="numbers-in-order", rule="not-before", column="number", other="partition"),
    OneOf(name="text-known", rule="one-of", column="text", values=("a", "b", "it's")),
    Unique(name="once", rule="unique", columns=("text", "number")),
    Unique(name="amount-once", rule="unique", columns=("amount",)),
)

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("partition", pa.int64()),
    pa.field("offset", pa.int64()),
    pa.field("group", pa.int64()),
    pa.field("text", pa.string()),
    pa.field("double", pa.float64()),
    pa.field("amount", pa.decimal128(12, 2)),
    pa.field("number", pa.int64()),
    pa.field("later", pa.timestamp("us")),
    pa.field("sooner", pa.timestamp("us")),
]
SCHEMA = pa.schema(_FIELDS)
"""`group` is 1 in all rows: what a day is for orders."""

_times = st.none() | st.integers(-1, 1).map(lambda seconds: FIRST + timedelta(seconds=seconds))
_rows = st.fixed_dictionaries(
    {
        "group": st.just(1),
        "text": st.sampled_from([None, "", "a", "b", "c", "it's", "A"]),
        "double": st.sampled_from([None, math.nan, math.inf, -math.inf, -0.0, 0.0, 1e-300, -1.5, 1e308]),
        "amount": st.sampled_from([None, *map(Decimal, ("-1.00", "0.00", "0.49", "0.50", "0.51", "9999999999.99"))]),
        "number": st.sampled_from([None, -(2**63), -1, 0, 1, 2**63 - 1]),
        "later": _times,
        "sooner": _times,
    }
)
_places = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20)), max_size=30, unique=True)


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Any table of SCHEMA, each place in it once."""
    rows = [draw(_rows) | {"partition": partition, "offset": offset} for partition, offset in draw(_places)]
    return pa.Table.from_pylist(rows, SCHEMA)
