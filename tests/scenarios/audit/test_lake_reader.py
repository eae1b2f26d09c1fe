"""A table is gone through file by file, whatever is fetched ahead; its files lie in a folder here."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.fs import LocalFileSystem

from scenarios.audit import lake_reader
from scenarios.audit.lake_reader import BATCH_ROWS, LakeFile, OpenTable

FILES = 7
ROWS = BATCH_ROWS + 10
"""More than one batch in each file."""

FIELDS: "list[pa.Field[Any]]" = [pa.field("offset", pa.int64()), pa.field("name", pa.large_string())]
SCHEMA = pa.schema(FIELDS)


@pytest.fixture
def table(tmp_path: Path) -> OpenTable:
    """Files of rows that say where they are; with narrower types than the table has, as an older writer's."""
    files = []
    for number in range(FILES):
        path = tmp_path / f"{number}.parquet"
        offsets = pa.array(range(number * ROWS, (number + 1) * ROWS), pa.int32())
        pq.write_table(pa.table({"name": pa.array(["x"] * ROWS), "offset": offsets}), path)
        files.append(LakeFile(str(path), ROWS, path.stat().st_size, ""))
    store: Any = LocalFileSystem()
    return OpenTable(store, SCHEMA, files)


@pytest.mark.parametrize("ahead", [0, 2**30])
@pytest.mark.parametrize("small", [0, 2**30])
def test_every_row_comes_once_in_order_with_its_files_number(
    table: OpenTable, small: int, ahead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_reader, "SMALL_FILE_BYTES", small)
    monkeypatch.setattr(lake_reader, "FETCHED_AHEAD_BYTES", ahead)
    batches = list(table.batches(("offset",)))
    assert [offset for _, batch in batches for offset in batch["offset"].to_pylist()] == list(range(FILES * ROWS))
    assert [number for number, batch in batches for _ in range(batch.num_rows)] == [
        i // ROWS for i in range(FILES * ROWS)
    ]
    assert {batch.num_rows for _, batch in batches} == {BATCH_ROWS, 10}


def test_rows_come_in_the_tables_types(table: OpenTable) -> None:
    assert {batch.schema for _, batch in table.batches(("name", "offset"))} == {
        pa.schema([SCHEMA.field("name"), SCHEMA.field("offset")])
    }


def test_a_file_that_is_gone_is_an_error_when_its_turn_comes(table: OpenTable) -> None:
    Path(table.files[3].path).unlink()
    batches = table.batches(("offset",))
    assert [next(batches)[0] for _ in range(2 * 3)] == [0, 0, 1, 1, 2, 2]
    with pytest.raises(FileNotFoundError, match=r"3\.parquet"):
        next(batches)
