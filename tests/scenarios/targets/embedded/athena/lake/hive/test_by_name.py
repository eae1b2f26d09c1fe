"""Columns of files are a table's by their names, and in its types."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.lake.hive.by_name import hold_by_name
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.sql.errors import SqlError


def test_fields_are_found_in_either_case_and_others_are_null() -> None:
    array = pa.array([[{"B": 1, "more": 2}], None], pa.list_(pa.struct([("B", pa.int32()), ("more", pa.int32())])))
    held = hold_by_name(array, from_hive("array<struct<a:string,b:bigint>>"))
    assert held.to_pylist() == [[{"f0": None, "f1": 1}], None]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_times_are_rounded_to_milliseconds(unit: Any) -> None:
    before, after = datetime(1969, 12, 31, 23, 59, 59, 999_000), datetime(1970, 1, 1, 0, 0, 0, 1000)  # noqa: DTZ001
    kind = pa.timestamp(unit)
    assert hold_by_name(pa.array([before, None, after], kind), from_hive("timestamp")).to_pylist() == [
        before,
        None,
        after,
    ]
    if unit != "ms":
        halves = pa.array([500, 1499, -501], pa.int64()).cast(pa.timestamp("us")).cast(kind)
        held = hold_by_name(halves, from_hive("timestamp")).cast(pa.int64()).to_pylist()
        assert held == [1000, 1000, -1000]


def test_a_value_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(pa.ArrowInvalid):
        hold_by_name(pa.array([2**40]), from_hive("int"))


def test_texts_may_be_stored_in_any_way() -> None:
    texts = pa.array(["a", None, "a"])
    stored: list[Any] = [texts.dictionary_encode(), texts.cast(pa.large_string()), texts.cast(pa.string_view())]
    for array in [*stored, texts.cast(pa.binary()), texts.cast(pa.large_binary())]:
        assert hold_by_name(array, from_hive("string")).to_pylist() == ["a", None, "a"]


@pytest.mark.parametrize("name", ["timestamp with local time zone", "time", "uuid"])
def test_a_type_that_no_file_of_hives_has_is_refused(name: str) -> None:
    with pytest.raises(SqlError, match="is not supported"):
        hold_by_name(pa.array(["a"]), from_hive(name))
