"""CREATE TABLE makes what it says, or refuses."""

from typing import Any

import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import TestLake

LOGS = """
CREATE EXTERNAL TABLE IF NOT EXISTS `db`.`Logs` (
  `id` int COMMENT 'a number',
  `of` struct<a:int, b:array<string>>,
  price decimal(10, 2)
)
COMMENT 'lines'
PARTITIONED BY (day string, `hour` int COMMENT 'of day')
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true')
STORED AS INPUTFORMAT 'in' OUTPUTFORMAT 'out'
LOCATION 's3://some-data/logs/'
TBLPROPERTIES ('classification'='json', 'projection.enabled'='false')
"""


def table(lake: TestLake, name: str) -> dict[str, Any]:
    found: dict[str, Any] = lake.glue.get_table(DatabaseName="db", Name=name)["Table"]
    return found


def test_a_hive_table_is_in_glue_as_it_is_written(lake: TestLake) -> None:
    lake.do(LOGS)
    made = table(lake, "logs")
    stored = made["StorageDescriptor"]
    assert stored["Columns"] == [
        {"Name": "id", "Type": "int", "Comment": "a number"},
        {"Name": "of", "Type": "struct<a:int,b:array<string>>"},
        {"Name": "price", "Type": "decimal(10,2)"},
    ]
    assert made["PartitionKeys"] == [
        {"Name": "day", "Type": "string"},
        {"Name": "hour", "Type": "int", "Comment": "of day"},
    ]
    assert (stored["Location"], stored["InputFormat"], stored["OutputFormat"]) == ("s3://some-data/logs/", "in", "out")
    assert stored["SerdeInfo"] == {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        "Parameters": {"ignore.malformed.json": "true"},
    }
    assert made["TableType"] == "EXTERNAL_TABLE"
    assert made["Parameters"]["classification"] == "json"
    assert made["Parameters"]["comment"] == "lines"


@pytest.mark.parametrize(
    ("clause", "serde", "parameters"),
    [
        ("", "serde2.lazy.LazySimpleSerDe", {}),
        ("STORED AS PARQUET", "ql.io.parquet.serde.ParquetHiveSerDe", {}),
        ("STORED AS ORC", "ql.io.orc.OrcSerde", {}),
        (
            r"ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n'",
            "serde2.lazy.LazySimpleSerDe",
            {"field.delim": "\t", "serialization.format": "\t", "escape.delim": "\\", "line.delim": "\n"},
        ),
        (
            "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('quoteChar'='''')",
            "serde2.OpenCSVSerde",
            {"quoteChar": "'"},
        ),
    ],
)
def test_a_format_has_its_classes(lake: TestLake, clause: str, serde: str, parameters: dict[str, str]) -> None:
    lake.do(f"create external table t (a int) {clause} location 's3://some-data/t'")
    made = table(lake, "t")["StorageDescriptor"]["SerdeInfo"]
    assert made["SerializationLibrary"] == f"org.apache.hadoop.hive.{serde}"
    assert made["Parameters"] == parameters


def test_an_iceberg_table_has_its_partitions_and_properties(lake: TestLake) -> None:
    lake.do(
        "CREATE TABLE t (id bigint COMMENT 'of it', name string, ts timestamp, n struct<a:int>) "
        "PARTITIONED BY (name, day(ts), bucket(16, id), truncate(4, `name`)) LOCATION 's3://some-data/t/' "
        "TBLPROPERTIES ('table_type'='iceberg', 'write_compression'='SNAPPY', 'vacuum_min_snapshots_to_keep'='3')"
    )
    made = lake.catalog.load_table("db.t")
    assert [str(field) for field in made.spec().fields] == [
        "1000: name: identity(2)",
        "1001: ts_day: day(3)",
        "1002: id_bucket: bucket[16](1)",
        "1003: name_trunc: truncate[4](2)",
    ]
    assert str(made.schema().as_struct()) == (
        "struct<1: id: optional long (of it), 2: name: optional string, 3: ts: optional timestamp, "
        "4: n: optional struct<5: a: optional int>>"
    )
    assert made.properties["write.parquet.compression-codec"] == "snappy"
    assert made.properties["vacuum_min_snapshots_to_keep"] == "3"
    assert made.location() == "s3://some-data/t"
    assert lake.rows("t", ["id"]) == []


def test_a_table_that_is_there_is_refused_unless_it_may_be(lake: TestLake) -> None:
    lake.do(LOGS)
    lake.do(LOGS)
    for text in (LOGS.replace("IF NOT EXISTS", ""), f"create table logs (a int) location 's3://some-data/y' {ICEBERG}"):
        with pytest.raises(SqlError, match="Table logs already exists"):
            lake.do(text)


ICEBERG = "tblproperties ('table_type'='ICEBERG')"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"create external table t (a int) location 's3://some-data/y' {ICEBERG}", "External keyword not supported"),
        ("create table t (a int) location 's3://some-data/y'", "must have the property"),
        (f"create table t (a int) {ICEBERG}", "needs a LOCATION"),
        (f"create table t (a int) location 'hdfs://x/y' {ICEBERG}", "hdfs://x/y is not supported"),
        (f"create table nowhere.t (a int) location 's3://some-data/y' {ICEBERG}", "Database does not exist: nowhere"),
        (
            f"create table t (a int) partitioned by (b) location 's3://some-data/y' {ICEBERG}",
            "Unknown partition column",
        ),
        (f"create table t (a int) partitioned by (day(a)) location 's3://some-data/y' {ICEBERG}", "a is a int"),
        (f"create table t (a int) partitioned by (bucket(a)) location 's3://some-data/y' {ICEBERG}", "is no partition"),
        (f"create table t (a int) partitioned by (b int) location 's3://some-data/y' {ICEBERG}", "b has a type"),
        ("create external table t (a int) partitioned by (b) location 's3://some-data/y'", "b needs a type"),
        ("create external table t (a money) location 's3://some-data/y'", "type money is not supported"),
        ("create external table t (a int) clustered by (a) into 3 buckets location 's3://some-data/y'", "CLUSTERED BY"),
        (
            "create external table t (a int) stored as sequencefile location 's3://some-data/y'",
            "mismatched input 'sequencefile'",
        ),
        ("create external table t (a int) at 's3://some-data/y'", "mismatched input 'at'"),
        (
            "create table t (a int) location 's3://some-data/y' tblproperties ('table_type'='ICEBERG', 'format'='orc')",
            "orc files is not supported",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(lake: TestLake, text: str, said: str) -> None:
    with pytest.raises(SqlError, match=said):
        lake.do(text)
