"""Partitions become folders, and folders partitions."""

import pyarrow as pa
import pytest

from scenarios.targets.embedded.athena.lake.hive.partition_folders import (
    MOST_PARTITIONS,
    NULL_PARTITION,
    by_partition,
    folder_of,
    refuse_many,
    texts_of,
)
from scenarios.targets.embedded.athena.sql.errors import SqlError


@pytest.mark.parametrize(
    ("text", "name"), [("a b", "a b"), ("a/b", "a%2Fb"), ("a=b%", "a%3Db%25"), ("x-y_z.1~", "x-y_z.1~")]
)
def test_a_value_in_a_folders_name_is_found_there_again(text: str, name: str) -> None:
    folder = folder_of(["day", "h"], [text, "1"])
    assert folder == f"day={name}/h=1/"
    assert texts_of(f"{folder}deeper/x", ["day", "h"]) == (text, "1")


@pytest.mark.parametrize("path", ["x", "day=a/x", "h=1/day=a/x", "day=a/other/x"])
def test_a_file_elsewhere_is_in_no_partition(path: str) -> None:
    assert texts_of(path, ["day", "h"]) is None


def test_rows_are_by_partition_in_their_order_and_null_has_one_of_its_own() -> None:
    batch = pa.RecordBatch.from_pydict({"id": [1, 2, 3, 4]})
    texts = [pa.array(["a", None, "a", "b"]), pa.array(["1", "1", "1", "1"])]
    assert [(values, rows.to_pydict()["id"]) for values, rows in by_partition(batch, texts)] == [
        (("a", "1"), [1, 3]),
        ((NULL_PARTITION, "1"), [2]),
        (("b", "1"), [4]),
    ]


def test_a_hundred_partitions_are_not_too_many() -> None:
    refuse_many(MOST_PARTITIONS)
    with pytest.raises(SqlError, match="Exceeded limit of 100 open writers"):
        refuse_many(MOST_PARTITIONS + 1)
