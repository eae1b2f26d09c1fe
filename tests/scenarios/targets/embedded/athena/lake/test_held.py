"""Arrays are held as `Type.duckdb` says, and come back as a file keeps them."""

from datetime import UTC, datetime
from uuid import UUID

import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.lake.held import arrow_schema, hold, release, release_batch
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.arrow_types import arrow_type

NESTED = from_hive("array<struct<a:int,b:decimal(10,2),c:map<string,timestamp with time zone>>>")
STORED = pa.list_(
    pa.struct(
        [("a", pa.int32()), ("b", pa.decimal128(10, 2)), ("c", pa.map_(pa.string(), pa.timestamp("us", tz="UTC")))]
    )
)
NEW_YEAR = datetime(2020, 1, 1, tzinfo=UTC)
ROWS = [[{"a": 1, "b": None, "c": [("x", NEW_YEAR)]}, None], None, [], [{"a": 2, "b": None, "c": None}]]


def test_a_time_with_its_zone_is_the_time_at_utc_and_the_zone() -> None:
    held = hold(pa.array([NEW_YEAR, None], pa.timestamp("us", tz="UTC")), types.zoned(6))
    assert held.to_pylist() == [{"utc": datetime(2020, 1, 1), "zone": "UTC"}, None]  # noqa: DTZ001 - it has none


def test_a_char_has_no_spaces_at_its_end() -> None:
    assert hold(pa.array([" a  ", None]), types.char(4)).to_pylist() == [" a", None]


@pytest.mark.parametrize("stored", [pa.uuid(), pa.binary(16)])
def test_a_uuid_is_its_text(stored: pa.DataType) -> None:
    array = pa.array([UUID(int=5).bytes, None], pa.binary(16)).cast(stored)
    held = hold(array, types.Type("uuid"))
    assert held.to_pylist() == ["00000000-0000-0000-0000-000000000005", None]
    assert release(held, stored).equals(array)


@pytest.mark.parametrize("first", range(4))
def test_what_is_nested_has_its_fields_by_place_and_comes_back(first: int) -> None:
    array = pa.array(ROWS, STORED).slice(first)
    held = hold(array, NESTED)
    held.validate(full=True)
    assert held.type == arrow_type(NESTED)
    back = release(held, STORED)
    back.validate(full=True)
    assert back.to_pylist() == ROWS[first:]


def test_a_row_that_is_null_stays_null() -> None:
    array = pa.array([{"a": 1}, None], pa.struct([("a", pa.int32())]))
    assert hold(array, from_hive("struct<a:int>")).to_pylist() == [{"f0": 1}, None]


def test_a_batch_is_written_as_its_table_has_it() -> None:
    columns = [("a", types.timestamp(3)), ("b", types.BIGINT)]
    batch = pa.RecordBatch.from_pylist([{"a": datetime(2020, 1, 1), "b": 7}], schema=arrow_schema(columns))  # noqa: DTZ001
    wanted = pa.schema([("x", pa.timestamp("us")), ("y", pa.int32())])
    assert release_batch(batch, wanted).schema == wanted
