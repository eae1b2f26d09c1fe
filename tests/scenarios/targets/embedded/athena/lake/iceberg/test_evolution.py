"""Values of older files are those of the table now, nulls kept on each level."""

from typing import Any

import pyarrow as pa
from pyiceberg.types import DoubleType, FloatType, IntegerType, ListType, LongType, MapType, NestedField, StructType

from scenarios.targets.embedded.athena.lake.iceberg.evolution import as_now

A_THEN = NestedField(3, "a", IntegerType())
A_NOW = NestedField(3, "renamed", LongType())
GONE = NestedField(4, "gone", IntegerType())
NEW = NestedField(5, "new", FloatType())
THEN, NOW = StructType(A_THEN, GONE), StructType(NEW, A_NOW)
ARROW_THEN = pa.struct([("a", pa.int32()), ("gone", pa.int32())])


def test_a_struct_has_its_fields_by_number() -> None:
    now = as_now(pa.array([{"a": 1, "gone": 2}, None], ARROW_THEN), THEN, NOW)
    assert now.to_pylist() == [{"new": None, "renamed": 1}, None]


def test_a_list_that_is_null_is_not_an_empty_one() -> None:
    array = pa.array([None, [], [None, {"a": 1, "gone": None}]], pa.list_(ARROW_THEN))
    for first in range(3):
        now = as_now(array.slice(first), ListType(9, THEN), ListType(9, NOW))
        now.validate(full=True)
        assert now.to_pylist() == [None, [], [None, {"new": None, "renamed": 1}]][first:]


def test_a_map_that_is_null_is_not_an_empty_one() -> None:
    kinds: list[Any] = [MapType(1, IntegerType(), 2, FloatType()), MapType(1, IntegerType(), 2, DoubleType())]
    now = as_now(pa.array([None, [], [(7, 1.5)]], pa.map_(pa.int32(), pa.float32())), *kinds)
    assert now.to_pylist() == [None, [], [(7, 1.5)]]
    assert now.type.item_type == pa.float64()


def test_a_new_column_has_what_it_began_with() -> None:
    began = NestedField(6, "began", LongType(), initial_default=7)
    assert as_now(pa.array([{"a": 1, "gone": 2}], ARROW_THEN), THEN, StructType(began)).to_pylist() == [{"began": 7}]
