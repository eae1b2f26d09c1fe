"""Hive tables are read from their files, and of these no more than a condition needs."""

import gzip
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.expressions import And

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.statement import Usage
from tests.scenarios.targets.embedded.athena.conditions import EqualTo, GreaterThan, In, IsNull
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake

HEADER = "tblproperties ('skip.header.line.count'='1')"
CSV = "row format delimited fields terminated by ','"


def parquet(rows: list[dict[str, Any]], schema: pa.Schema | None = None, **how: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), sink, **how)
    return sink.getvalue()


def add_partition(lake: TestLake, table: str, folder: str, *values: str) -> None:
    stored = lake.glue.get_table(DatabaseName=DATABASE, Name=table)["Table"]["StorageDescriptor"]
    partition = {"Values": list(values), "StorageDescriptor": {**stored, "Location": f"s3://some-data/{folder}"}}
    lake.glue.create_partition(DatabaseName=DATABASE, TableName=table, PartitionInput=partition)


def test_markers_and_empty_files_are_no_data(lake: TestLake) -> None:
    for name, body in {
        "a": b"1\n",
        "_SUCCESS": b"2\n",
        ".x": b"3\n",
        "_tmp/a": b"4\n",
        "deep/er/b": b"5\n",
        "c": b"",
    }.items():
        lake.put(f"t/{name}", body)
    lake.put("t2/a", b"9\n")
    lake.do("create external table t (id int) location 's3://some-data/t'")
    assert lake.rows("t", ["id"]) == [(1,), (5,)]


def test_text_is_counted_as_its_files_are_large(lake: TestLake) -> None:
    lake.put("t/a.csv", b"id,name\n1,x\n2,y\n")
    lake.put("t/b.csv.gz", gzip.compress(b"id,name\n3,z\n"))
    lake.do(f"create external table t (id int, name string) {CSV} location 's3://some-data/t/' {HEADER}")
    usage = Usage()
    assert lake.rows("t", ["name", "id"], usage=usage) == [("x", 1), ("y", 2), ("z", 3)]
    assert usage.scanned_bytes == 16 + len(gzip.compress(b"id,name\n3,z\n"))


def test_columns_of_parquet_are_found_by_name(lake: TestLake) -> None:
    at = datetime(2020, 1, 1, 0, 0, 0, 1600, tzinfo=UTC)
    lake.put("t/a", parquet([{"NAME": "x", "Id": 7, "at": at, "of": {"B": 1}, "more": 1}]))
    lake.put("t/b", parquet([{"name": "y"}]))
    lake.do(
        "create external table t (id bigint, name string, at timestamp, `of` struct<a:string,b:int>) "
        "stored as parquet location 's3://some-data/t/'"
    )
    rounded = at.replace(microsecond=2000, tzinfo=None)
    assert lake.rows("t", ["id", "name", "at", "of"]) == [
        (7, "x", rounded, {"f0": None, "f1": 1}),
        (None, "y", None, None),
    ]


def test_row_groups_of_parquet_are_left_out(lake: TestLake) -> None:
    lake.put("t/a", parquet([{"id": number, "name": str(number)} for number in range(100)], row_group_size=10))
    lake.do("create external table t (id bigint, name int) stored as parquet location 's3://some-data/t/'")
    few, all_of_it = Usage(), Usage()
    assert len(lake.rows("t", ["id"], EqualTo("id", 25), usage=few)) == 10
    assert len(lake.rows("t", ["id"], EqualTo("name", 25), usage=all_of_it)) == 100, "the file has texts there"
    assert few.scanned_bytes * 9 < all_of_it.scanned_bytes


def test_a_file_that_was_written_anew_is_read_anew(lake: TestLake) -> None:
    lake.do("create external table t (id bigint) stored as parquet location 's3://some-data/t/'")
    for number in (1, 2):
        lake.put("t/a", parquet([{"id": number}] * number))
        assert lake.rows("t", ["id"]) == [(number,)] * number


def test_what_is_no_parquet_is_an_error(lake: TestLake) -> None:
    lake.put("t/a", b"PAR1 and no more")
    lake.do("create external table t (id bigint) stored as parquet location 's3://some-data/t/'")
    with pytest.raises(Exception, match="Error reading s3://some-data/t/a"):
        lake.rows("t", ["id"])


def test_partitions_are_left_out_by_their_values(lake: TestLake) -> None:
    lake.do(f"create external table t (id int) partitioned by (day date, h int) {CSV} location 's3://some-data/t/'")
    for place, (day, hour) in enumerate(
        [("2018-05-24", "7"), ("2018-05-24", "8"), ("2018-05-25", "07"), ("__HIVE_DEFAULT_PARTITION__", "9")]
    ):
        lake.put(f"t/{place}/a", f"{place}\n".encode())
        add_partition(lake, "t", f"t/{place}/", day, hour)
    usage = Usage()
    assert lake.rows("t", ["id", "day", "h"], EqualTo("day", "2018-05-24"), usage=usage) == [
        (0, date(2018, 5, 24), 7),
        (1, date(2018, 5, 24), 8),
    ]
    assert usage.scanned_bytes == 4
    assert lake.rows("t", ["id"], And(EqualTo("h", 7), GreaterThan("day", "2018-05-24"))) == [(2,)]
    assert lake.rows("t", ["id", "day"], IsNull("day")) == [(3, None)]


def test_projected_partitions_need_no_catalog(lake: TestLake) -> None:
    lake.put("t/2018/05/24/a", b"1\n")
    lake.put("t/2018/05/25/a", b"2\n")
    lake.put("t/2019/05/25/a", b"3\n")
    lake.do(
        f"create external table t (id int) partitioned by (day string) {CSV} location 's3://some-data/t/' "
        "tblproperties ('projection.enabled'='true', 'projection.day.type'='date', "
        "'projection.day.range'='2018/05/24,2018/05/31', "
        "'projection.day.format'='yyyy/MM/dd', 'storage.location.template'='s3://some-data/t/${day}')"
    )
    assert lake.rows("t", ["day", "id"]) == [("2018/05/24", 1), ("2018/05/25", 2)]
    assert lake.rows("t", ["id"], In("day", ["2018/05/25", "2019/05/25"])) == [(2,)]


def test_files_are_known_by_their_hidden_columns(lake: TestLake) -> None:
    lake.put("t/a", b"1\n")
    lake.put("t/b", b"22\n")
    lake.do("create external table t (id int) location 's3://some-data/t/'")
    assert lake.rows("t", ["$path", "$file_size"]) == [("s3://some-data/t/a", 2), ("s3://some-data/t/b", 3)]
    assert lake.rows("t", ["id"], EqualTo("$path", "s3://some-data/t/b")) == [(22,)]
    assert lake.rows("t", ["$file_modified_time"])[0][0]["zone"] == "UTC"


def test_json_and_csv_are_read(lake: TestLake) -> None:
    lake.put("j/a", b'{"id": 1, "price": 1.10, "tags": ["x"]}\n{"id": 2}\n')
    lake.put("c/a", b'"1","1.10"\n')
    lake.do(
        "create external table j (id int, price decimal(10,2), tags array<string>) "
        "row format serde 'org.openx.data.jsonserde.JsonSerDe' location 's3://some-data/j/'"
    )
    lake.do(
        "create external table c (id int, price double) "
        "row format serde 'org.apache.hadoop.hive.serde2.OpenCSVSerde' location 's3://some-data/c/'"
    )
    assert lake.rows("j", ["id", "price", "tags"]) == [(1, Decimal("1.10"), ["x"]), (2, None, None)]
    assert lake.rows("c", ["price", "id"]) == [(1.1, 1)]


def test_other_formats_are_refused(lake: TestLake) -> None:
    lake.put("t/a", b"x")
    lake.do("create external table t (id int) stored as avro location 's3://some-data/t/'")
    tables = lake.tables()
    scan = tables.find(DATABASE, "t").scan(["id"], EqualTo("id", 1))  # type: ignore[union-attr]
    with pytest.raises(Exception, match="AvroSerDe is not supported"):
        pa.RecordBatchReader.from_stream(scan).read_all()
    assert isinstance(tables.failure, SqlError)
    assert tables.failure.code == "NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("int", "7"),
        ("boolean", 1),
        ("date", "2018-05-24"),
        ("date", datetime(2018, 5, 24)),  # noqa: DTZ001 - it has no zone
        ("bigint", datetime(2018, 5, 24)),  # noqa: DTZ001 - as above
        ("double", 7),
        ("int", 7.0),
        ("string", 7),
        ("timestamp", 7),
        ("decimal(3,1)", 7),
    ],
)
def test_a_parquet_column_of_another_kind_is_refused(lake: TestLake, kind: str, stored: Any) -> None:
    lake.put("t/a", parquet([{"c": stored}]))
    lake.do(f"create external table t (c {kind}) stored as parquet location 's3://some-data/t/'")
    refused = lake.failure("t", ["c"])
    assert isinstance(refused, SqlError)
    assert (refused.code, "of which a file has" in str(refused)) == ("NOT_SUPPORTED", True)


@pytest.mark.parametrize(("kind", "found"), [("varchar(2)", "a "), ("char(2)", "a"), ("string", "a bc")])
def test_texts_are_cut_to_the_length_of_their_type(lake: TestLake, kind: str, found: str) -> None:
    lake.put("t/a", parquet([{"c": "a bc"}]))
    lake.do(f"create external table t (c {kind}) stored as parquet location 's3://some-data/t/'")
    lake.put("u/a", b"a bc\n")
    lake.do(f"create external table u (c {kind}) location 's3://some-data/u/'")
    assert lake.rows("t", ["c"]) == lake.rows("u", ["c"]) == [(found,)]


@pytest.mark.parametrize(("kind", "text"), [("int", "abc"), ("tinyint", "300"), ("boolean", "1"), ("bigint", " 9")])
def test_a_partition_whose_value_is_none_of_its_type_is_an_error(lake: TestLake, kind: str, text: str) -> None:
    lake.put("t/x/a", b"1\n")
    lake.do(f"create external table t (id int) partitioned by (p {kind}) location 's3://some-data/t/'")
    add_partition(lake, "t", "t/x/", text)
    bad = lake.failure("t", ["id"])
    assert isinstance(bad, SqlError)
    assert (bad.code, f"Invalid partition value '{text}'" in str(bad)) == ("HIVE_INVALID_PARTITION_VALUE", True)
