"""UNLOAD: what it asks for, and the files that come of it."""

import gzip
import json
from typing import Any

import pyarrow as pa
import pyarrow.orc as pa_orc
import pyarrow.parquet as pa_parquet
import pytest

from scenarios.targets.embedded.athena.api.unload import Unload, parse_unload
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.api.conftest import OUTPUT, Athena

TARGET = "s3://results/unloaded/"
QUERY = "SELECT a, b FROM (VALUES (1, 'x'), (2, NULL), (3, 'y')) t(a, b)"
ROWS = [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "y"}]


def unloaded(athena: Athena, options: str, query: str = QUERY) -> list[tuple[str, bytes]]:
    """URLs and contents of the files, by the manifest."""
    execution = athena.run(f"UNLOAD ({query}) TO '{TARGET}' WITH ({options})")
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert execution["SubstatementType"] == "UNLOAD"
    manifest = execution["Statistics"]["DataManifestLocation"]
    assert manifest == f"{OUTPUT}{execution['QueryExecutionId']}-manifest.csv"
    return [(url, athena.object(url)) for url in athena.object(manifest).decode().splitlines()]


@pytest.mark.parametrize(("compression", "codec"), [("", "GZIP"), (", compression = 'snappy'", "SNAPPY")])
def test_parquet_has_the_columns_names_and_types(athena: Athena, compression: str, codec: str) -> None:
    [(url, content)] = unloaded(athena, f"format = 'PARQUET'{compression}")
    assert url.startswith(TARGET)
    file: Any = pa_parquet.ParquetFile(pa.BufferReader(content))
    assert file.read().to_pylist() == ROWS
    assert file.schema_arrow.types == [pa.int32(), pa.string()]
    assert file.metadata.row_group(0).column(0).compression == codec


def test_orc_has_them_too(athena: Athena) -> None:
    [(_, content)] = unloaded(athena, "format = 'ORC'")
    assert pa_orc.ORCFile(pa.BufferReader(content)).read().to_pylist() == ROWS


def test_json_has_an_object_a_line(athena: Athena) -> None:
    [(url, content)] = unloaded(athena, "format = 'JSON'")
    assert url.endswith(".gz")
    assert [json.loads(line) for line in gzip.decompress(content).splitlines()] == ROWS


def test_text_has_a_line_a_row(athena: Athena) -> None:
    [(_, content)] = unloaded(athena, "format = 'TEXTFILE', field_delimiter = '|', compression = 'NONE'")
    assert content == b"1|x\n2|\\N\n3|y\n"


def test_each_partition_is_a_folder_and_its_column_is_not_in_the_file(athena: Athena) -> None:
    files = unloaded(athena, "format = 'JSON', compression = 'NONE', partitioned_by = ARRAY['b']")
    folders = {url.removeprefix(TARGET).partition("/")[0]: content for url, content in files}
    assert folders == {
        "b=__HIVE_DEFAULT_PARTITION__": b'{"a":2}\n',
        "b=x": b'{"a":1}\n',
        "b=y": b'{"a":3}\n',
    }


def test_no_rows_are_no_files(athena: Athena) -> None:
    assert unloaded(athena, "format = 'PARQUET'", f"{QUERY} WHERE a > 9") == []


def test_a_folder_with_something_in_it_is_refused(athena: Athena) -> None:
    athena.s3.put_object(Bucket="results", Key="unloaded/x", Body=b"")
    status = athena.run(f"UNLOAD ({QUERY}) TO '{TARGET}' WITH (format = 'PARQUET')")["Status"]
    assert status["StateChangeReason"].startswith("HIVE_PATH_ALREADY_EXISTS: Target directory")


def test_a_query_that_fails_leaves_no_file(athena: Athena) -> None:
    query = "SELECT 1 / a AS b FROM (VALUES 1, 0) t(a)"
    status = athena.run(f"UNLOAD ({query}) TO '{TARGET}' WITH (format = 'PARQUET')")["Status"]
    assert status["StateChangeReason"].startswith("DIVISION_BY_ZERO: Division by zero")
    assert not athena.s3.list_objects_v2(Bucket="results", Prefix="unloaded").get("Contents")


def test_what_is_asked_for_is_found_in_the_text() -> None:
    asked = parse_unload(
        "unload (SELECT ')' AS a -- )\n) to 's3://b/f' with (Format='textfile', field_delimiter=';', "
        "partitioned_by=ARRAY['a', 'b'])"
    )
    assert asked == Unload("SELECT ')' AS a -- )\n", "s3://b/f/", "TEXTFILE", "GZIP", ";", ("a", "b"))
    assert parse_unload("SELECT 1") is None


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UNLOAD SELECT 1 TO 's3://b/' WITH (format = 'JSON')", "SYNTAX_ERROR"),
        ("UNLOAD (SELECT 1) TO 's3://b/'", "SYNTAX_ERROR"),
        ("UNLOAD (SELECT 1) TO 's3://b/' WITH (compression = 'GZIP')", "SYNTAX_ERROR"),
        ("UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'AVRO')", "NOT_SUPPORTED"),
        ("UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'JSON', compression = 'BZIP2')", "NOT_SUPPORTED"),
        ("UNLOAD (SELECT 1) TO 's3://b/' WITH (format = 'JSON', bucket_count = 3)", "NOT_SUPPORTED"),
    ],
)
def test_what_is_wrong_or_unknown_is_refused(statement: str, code: str) -> None:
    with pytest.raises(SqlError) as refused:
        parse_unload(statement)
    assert refused.value.code == code
