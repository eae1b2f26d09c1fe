"""A row group is left out only if no row of it can be meant."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.expressions import AlwaysTrue, BooleanExpression
from pyiceberg.io.pyarrow import parquet_path_to_id_mapping
from pyiceberg.schema import Schema
from pyiceberg.types import (
    DateType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    NestedField,
    StringType,
    TimestampType,
)

from scenarios.targets.embedded.athena.lake.conditions.fitting import fitted
from scenarios.targets.embedded.athena.lake.reading.row_groups import RowGroupFilter
from tests.scenarios.targets.embedded.athena.conditions import EqualTo, GreaterThan, IsNull, is_true, random_condition

ROWS, IN_A_GROUP = 60, 10
SCHEMA = Schema(
    NestedField(1, "whole", IntegerType()),
    NestedField(2, "text", StringType()),
    NestedField(3, "money", DecimalType(9, 2)),
    NestedField(4, "day", DateType()),
    NestedField(5, "at", TimestampType()),
    NestedField(6, "real", DoubleType()),
)
TYPES: list[pa.DataType] = [pa.int32(), pa.string(), pa.decimal128(9, 2), pa.date32(), pa.timestamp("us"), pa.float64()]


def random_rows(dice: Random) -> list[dict[str, Any]]:
    """Rows in some order, so that groups differ; a null here and there."""

    def row(number: int) -> dict[str, Any]:
        values: list[Any] = [
            number,
            f"t{number:03}",
            Decimal(number) / 4,
            date(2020, 1, 1) + timedelta(days=number),
            datetime(2020, 1, 1) + timedelta(hours=number),  # noqa: DTZ001 - it has none
            number / 3,
        ]
        return {
            field.name: None if dice.random() < 0.2 else value
            for field, value in zip(SCHEMA.fields, values, strict=True)
        }

    return [row(number + dice.randrange(10)) for number in range(ROWS)]


def footer_of(rows: list[dict[str, Any]], types: list[pa.DataType] = TYPES, **how: Any) -> pq.FileMetaData:
    schema = pa.schema(list(zip([field.name for field in SCHEMA.fields], types, strict=True)))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema), sink, row_group_size=IN_A_GROUP, **how)
    return pq.read_metadata(pa.BufferReader(sink.getvalue()))


def kept(where: BooleanExpression, footer: pq.FileMetaData, schema: Schema = SCHEMA) -> list[int]:
    return RowGroupFilter(schema, where).kept(footer, parquet_path_to_id_mapping(schema))


@pytest.mark.parametrize("seed", range(150))
def test_no_row_that_is_meant_is_lost(seed: int) -> None:
    dice = Random(seed)
    rows = random_rows(dice)
    values = {name: [row[name] for row in rows] for name in rows[0]}
    where = random_condition(dice, _as_iceberg(values))
    meant = {place // IN_A_GROUP for place, row in enumerate(rows) if is_true(where, _as_iceberg_row(row))}
    assert meant <= set(kept(fitted(where, SCHEMA), footer_of(rows, store_decimal_as_integer=bool(seed % 2))))


def test_groups_beyond_the_bounds_are_left_out() -> None:
    rows = [{"whole": number, "text": None} for number in range(ROWS)]
    assert kept(EqualTo("whole", 25), footer_of(rows)) == [2]
    assert kept(GreaterThan("WHOLE", 44), footer_of(rows)) == [4, 5]
    assert kept(IsNull("whole"), footer_of(rows)) == []
    assert kept(EqualTo("text", "x"), footer_of(rows)) == []


def test_without_a_condition_all_are_kept() -> None:
    assert kept(AlwaysTrue(), footer_of([{"whole": 1}] * ROWS)) == [0, 1, 2, 3, 4, 5]


def test_without_statistics_all_are_kept() -> None:
    assert len(kept(EqualTo("whole", 99), footer_of([{"whole": 1}] * ROWS, write_statistics=False))) == 6


def test_a_column_that_was_widened_since_is_judged_as_it_is_now() -> None:
    wider = Schema(NestedField(1, "whole", LongType()), *SCHEMA.fields[1:])
    rows = [{"whole": number} for number in range(ROWS)]
    assert kept(EqualTo("whole", 2**40), footer_of(rows), wider) == []
    assert kept(EqualTo("whole", 25), footer_of(rows), wider) == [2]


def test_nan_does_not_hide_what_is_beside_it() -> None:
    rows = [{"real": math.nan if number % 2 else 5.0} for number in range(IN_A_GROUP)]
    assert kept(GreaterThan("real", 4.0), footer_of(rows)) == [0]


def _as_iceberg_row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: values[0] for name, values in _as_iceberg({name: [value] for name, value in row.items()}).items()}


def _as_iceberg(values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """As pyiceberg's literals have them: times as text."""
    return {
        name: [value.isoformat() if isinstance(value, date) else value for value in column]
        for name, column in values.items()
    }
