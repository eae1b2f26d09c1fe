"""Row groups are read together as far as they follow each other and are small."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scenarios.targets.embedded.athena.lake.reading import reading
from scenarios.targets.embedded.athena.lake.reading.reading import in_runs


def footer(rows: int = 50, in_a_group: int = 10) -> pq.FileMetaData:
    sink = pa.BufferOutputStream()
    table = pa.table({"id": pa.array(range(rows), pa.int64()), "name": ["the same"] * rows})
    pq.write_table(table, sink, row_group_size=in_a_group)
    return pq.read_metadata(pa.BufferReader(sink.getvalue()))


def test_groups_that_follow_each_other_are_one_run() -> None:
    runs = list(in_runs("s3://b/k", footer(), {0, 1, 3, 4}, (0,)))
    assert [(run.groups, run.first_row, run.rows) for run in runs] == [((0, 1), 0, 20), ((3, 4), 30, 20)]


def test_a_run_that_is_large_enough_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    made = footer()
    [one] = in_runs("s3://b/k", made, {0}, (0,))
    monkeypatch.setattr(reading, "RUN_BYTES", one.held_bytes + 1)
    runs = list(in_runs("s3://b/k", made, set(range(5)), (0,)))
    assert [run.groups for run in runs] == [(0, 1), (2, 3), (4,)]


def test_bytes_are_those_of_the_columns_that_are_read() -> None:
    made = footer()
    [one], [both] = (list(in_runs("s3://b/k", made, set(range(5)), leaves)) for leaves in ((0,), (0, 1)))
    groups = [made.row_group(number) for number in range(5)]
    assert one.stored_bytes == sum(group.column(0).total_compressed_size for group in groups)
    assert both.stored_bytes == sum(group.column(leaf).total_compressed_size for group in groups for leaf in (0, 1))


def test_a_text_takes_its_place_as_often_as_it_is_there() -> None:
    [run] = in_runs("s3://b/k", footer(1000, 1000), {0}, (1,))
    assert run.held_bytes == 24_000
