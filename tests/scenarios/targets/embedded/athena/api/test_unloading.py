"""Types in UNLOAD's files, and what has no place there."""

from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from scenarios.targets.embedded.athena.sql.types import (
    DATE,
    DOUBLE,
    INTEGER,
    JSON,
    REAL,
    VARCHAR,
    Type,
    array,
    decimal,
    mapping,
    row,
    timestamp,
)
from scenarios.targets.embedded.athena.statement import Answer
from tests.scenarios.targets.embedded.athena.api.conftest import MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import ScriptedEngine, ScriptedStatement

NESTED = array(row([INTEGER, VARCHAR], ["x", None]))
VALUES: list[tuple[Type, str]] = [
    (decimal(10, 2), "1.5"),
    (DATE, "date '2020-01-02'"),
    (timestamp(3), "timestamp '2020-01-02 03:04:05'"),
    (NESTED, "[{'f0': 1, 'f1': 'a'}, NULL]"),
    (mapping(VARCHAR, DOUBLE), "map {'k': 1.5}"),
]


def engine(values: list[tuple[Type, str]], statement: str) -> ScriptedEngine:
    """Answers with a row of values, and one of nulls."""
    columns = [(f"c{place}", kind) for place, (kind, _) in enumerate(values)]
    casts = [f"CAST({value} AS {kind.duckdb})" for kind, value in values]
    sql = f"SELECT {', '.join(casts)} UNION ALL SELECT {', '.join('NULL' for _ in values)}"

    def play(_: ScriptedStatement) -> Answer:
        with duckdb.connect() as db:
            return Answer("DML", "SELECT", columns, iter(db.sql(sql).to_arrow_table().to_batches()))

    return ScriptedEngine({statement: play})


def test_values_of_many_kinds_are_in_the_file_as_hive_has_them(make_athena: MakeAthena) -> None:
    athena = make_athena(engine(VALUES, "SELECT 1"))
    execution = athena.run("UNLOAD (SELECT 1) TO 's3://results/u' WITH (format = 'PARQUET')")
    manifest = execution["Statistics"]["DataManifestLocation"]
    content = athena.object(athena.object(manifest).decode().strip())
    table: Any = pa_parquet.read_table(pa.BufferReader(content))
    first, second = table.to_pylist()
    assert [str(value) for value in first.values()] == [
        "1.50",
        "2020-01-02",
        "2020-01-02 03:04:05",
        "[{'x': 1, 'field1': 'a'}, None]",
        "[('k', 1.5)]",
    ]
    assert set(second.values()) == {None}


def test_values_of_many_kinds_are_in_json(make_athena: MakeAthena) -> None:
    athena = make_athena(engine(VALUES, "SELECT 1"))
    execution = athena.run("UNLOAD (SELECT 1) TO 's3://results/u' WITH (format = 'JSON', compression = 'NONE')")
    manifest = execution["Statistics"]["DataManifestLocation"]
    [first, second] = athena.object(athena.object(manifest).decode().strip()).decode().splitlines()
    assert first == (
        '{"c0":1.50,"c1":"2020-01-02","c2":"2020-01-02 03:04:05.000","c3":[{"x":1,"field1":"a"},null],"c4":{"k":1.5}}'
    )
    assert second == '{"c0":null,"c1":null,"c2":null,"c3":null,"c4":null}'


def test_json_has_all_digits_of_a_decimal_and_texts_for_what_is_no_number(make_athena: MakeAthena) -> None:
    digits = "12345678901234567890.123456789012345678"
    athena = make_athena(
        engine([(decimal(38, 18), digits), (DOUBLE, "'nan'"), (DOUBLE, "1e10"), (REAL, "1.1")], "SELECT 1")
    )
    execution = athena.run("UNLOAD (SELECT 1) TO 's3://results/u' WITH (format = 'JSON', compression = 'NONE')")
    manifest = execution["Statistics"]["DataManifestLocation"]
    content = athena.object(athena.object(manifest).decode().strip()).decode()
    assert content.splitlines()[0] == f'{{"c0":{digits},"c1":"NaN","c2":1.0E10,"c3":1.1}}'


def test_a_type_that_hive_does_not_know_is_refused(make_athena: MakeAthena) -> None:
    athena = make_athena(engine([(JSON, "'[1]'")], "SELECT 1"))
    status = athena.run("UNLOAD (SELECT 1) TO 's3://results/u' WITH (format = 'PARQUET')")["Status"]
    assert status["StateChangeReason"] == "NOT_SUPPORTED: Unsupported Hive type: json (column c0)"


def test_more_partitions_than_may_be_open_are_refused(make_athena: MakeAthena) -> None:
    def play(_: ScriptedStatement) -> Answer:
        numbers = pa.array(range(101), pa.int32())
        batch = pa.RecordBatch.from_arrays([numbers, numbers], names=["0", "1"])
        return Answer("DML", "SELECT", [("a", INTEGER), ("b", INTEGER)], iter([batch]))

    athena = make_athena(ScriptedEngine({"SELECT 1": play}))
    options = "format = 'JSON', partitioned_by = ARRAY['b']"
    status = athena.run(f"UNLOAD (SELECT 1) TO 's3://results/u' WITH ({options})")["Status"]
    assert status["StateChangeReason"].startswith("HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100")


@pytest.mark.parametrize("keys", ["'a'", "'b', 'a'"])
def test_partitions_are_by_the_last_columns(make_athena: MakeAthena, keys: str) -> None:
    values = [(INTEGER, "1"), (INTEGER, "2")]
    athena = make_athena(engine(values, "SELECT 1"))
    options = f"format = 'JSON', partitioned_by = ARRAY[{keys}]"
    status = athena.run(f"UNLOAD (SELECT 1) TO 's3://results/u' WITH ({options})")["Status"]
    assert status["StateChangeReason"].startswith("SYNTAX_ERROR: Partition keys must be the last columns")
