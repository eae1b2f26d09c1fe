"""Values as Athena's results have them, of arrays that DuckDB makes, and of parts of such arrays."""

from typing import Any

import duckdb
import pytest

from scenarios.targets.embedded.athena.api.text import as_text
from scenarios.targets.embedded.athena.sql.types import (
    BOOLEAN,
    DATE,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    JSON,
    REAL,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    YEAR_TO_MONTH,
    Type,
    array,
    char,
    decimal,
    mapping,
    row,
    timestamp,
    zoned,
)

AT = "timestamp '2020-01-02 03:04:05.123456'"
NESTED = array(row([INTEGER, mapping(VARCHAR, DOUBLE)], ["x", None]))


def column(kind: Type, values: list[str]) -> Any:
    """Values of DuckDB's SQL, as the engine's batches have them."""
    rows = " UNION ALL ".join(f"SELECT CAST({value} AS {kind.duckdb}) AS v" for value in values)
    with duckdb.connect() as db:
        return db.sql(rows).to_arrow_table().combine_chunks().column(0).chunk(0)


@pytest.mark.parametrize(
    ("kind", "values", "texts"),
    [
        (BOOLEAN, ["true", "false"], ["true", "false"]),
        (INTEGER, ["-1"], ["-1"]),
        (DOUBLE, ["1", "1e7", "9999999", "0.001", "0.00099"], ["1.0", "1.0E7", "9999999.0", "0.001", "9.9E-4"]),
        (DOUBLE, ["'nan'", "'-inf'", "'-0'", "0.1 + 0.2::double"], ["NaN", "-Infinity", "-0.0", "0.30000000000000004"]),
        (REAL, ["1.1", "3.4e38"], ["1.1", "3.4E38"]),
        (decimal(38, 10), ["1e-10", "-1.5"], ["0.0000000001", "-1.5000000000"]),
        (VARCHAR, ["'a'", "''"], ["a", ""]),
        (char(3), ["'a'"], ["a  "]),
        (VARBINARY, ["'ab'::blob", "''::blob"], ["61 62", ""]),
        (JSON, ["'[1]'"], ["[1]"]),
        (DATE, ["date '2020-01-02'"], ["2020-01-02"]),
        (Type("time", (3,)), ["time '01:02:03.5'"], ["01:02:03.500"]),
        (timestamp(0), ["timestamp '2020-01-02 03:04:05'"], ["2020-01-02 03:04:05.000"]),
        (timestamp(3), [AT], ["2020-01-02 03:04:05.123"]),
        (timestamp(6), [AT], ["2020-01-02 03:04:05.123456"]),
        (
            zoned(3),
            [f"{{'utc': {AT}, 'zone': '{zone}'}}" for zone in ("UTC", "+02:30", "Europe/Berlin")],
            ["2020-01-02 03:04:05.123 UTC", "2020-01-02 05:34:05.123 +02:30", "2020-01-02 04:04:05.123 Europe/Berlin"],
        ),
        (DAY_TO_SECOND, ["172800000", "-1"], ["2 00:00:00.000", "-0 00:00:00.001"]),
        (YEAR_TO_MONTH, ["14", "-14"], ["1-2", "-1-2"]),
        (array(INTEGER), ["[1, NULL]", "[]"], ["[1, null]", "[]"]),
        (array(array(VARCHAR)), ["[['a'], NULL, []]"], ["[[a], null, []]"]),
        (mapping(VARCHAR, INTEGER), ["map {'a': 1, 'b': NULL}", "map {}"], ["{a=1, b=null}", "{}"]),
        (NESTED, ["[{'f0': 1, 'f1': map {'k': 1e9}}, NULL]"], ["[{x=1, field1={k=1.0E9}}, null]"]),
        (UNKNOWN, ["NULL"], [None]),
    ],
    ids=str,
)
def test_a_value_is_written_as_athena_writes_it(kind: Type, values: list[str], texts: list[str]) -> None:
    found = column(kind, [*values, "NULL"])
    assert as_text(found, kind).to_pylist() == [*texts, None]
    assert as_text(found.slice(1), kind).to_pylist() == [*texts[1:], None]
