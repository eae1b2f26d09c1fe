"""pyathena's cursors that read whole results into frames: from the result's CSV, and from the Parquet of an UNLOAD."""

from typing import Any

import pyarrow as pa
import pytest
from pyarrow.fs import S3FileSystem
from pyathena.arrow.cursor import ArrowCursor
from pyathena.arrow.result_set import AthenaArrowResultSetMetadataReader
from pyathena.connection import Connection
from pyathena.pandas.cursor import PandasCursor
from pyathena.polars.cursor import PolarsCursor

from reference.lake.settings import LakeSettings
from tests.scenarios.targets.embedded.athena.clients.conftest import PRICES

pytestmark = pytest.mark.integration

QUERY = "SELECT id, state, price, at, day FROM orders ORDER BY id"


@pytest.fixture
def arrow_finds_s3(aws: LakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyathena's ArrowCursor cannot be told where S3 is: it gives Arrow's own client of S3 no address."""
    store = S3FileSystem(
        access_key=aws.access_key, secret_key=aws.secret_key, endpoint_override=aws.endpoint, region=aws.region
    )
    monkeypatch.setattr(AthenaArrowResultSetMetadataReader, "_create_s3_file_system", lambda _: store)


@pytest.mark.parametrize("how", [{}, {"unload": True, "engine": "pyarrow"}])
def test_pandas_has_a_frame(connection: Connection[Any], how: dict[str, Any]) -> None:
    frame: Any = connection.cursor(PandasCursor, **how).execute(QUERY).as_pandas()
    found = frame[["id", "state", "price"]].astype(object)
    assert list(found.where(found.notna(), None).itertuples(index=False, name=None)) == PRICES
    assert list(frame["at"].dt.year.dropna()) == [2018, 2018]


@pytest.mark.parametrize("unload", [False, True])
def test_polars_has_a_frame(connection: Connection[Any], unload: bool) -> None:
    frame = connection.cursor(PolarsCursor, unload=unload).execute(QUERY).as_polars()
    assert frame.select("id", "state", "price").rows() == PRICES


@pytest.mark.usefixtures("arrow_finds_s3")
def test_arrow_has_a_table_whose_decimals_are_texts_and_whose_texts_are_never_null(connection: Connection[Any]) -> None:
    table: pa.Table = connection.cursor(ArrowCursor).execute(QUERY).as_arrow()
    assert table.schema.types[3:] == [pa.timestamp("us"), pa.date32()]
    assert _prices(table) == [(id_, state or "", str(price)) for id_, state, price in PRICES]


@pytest.mark.usefixtures("arrow_finds_s3")
def test_arrow_has_a_table_of_files_with_their_types(connection: Connection[Any]) -> None:
    table: pa.Table = connection.cursor(ArrowCursor, unload=True).execute(QUERY).as_arrow()
    assert table.schema.types[2:] == [pa.decimal128(10, 2), pa.timestamp("us"), pa.date32()]
    assert _prices(table) == PRICES


def _prices(table: pa.Table) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in table.select(["id", "state", "price"]).to_pylist()]
