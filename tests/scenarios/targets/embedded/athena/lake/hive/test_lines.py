"""Lines are rows as each SerDe reads them."""

from datetime import date, datetime
from typing import Any

import pytest

from scenarios.targets.embedded.athena.lake.hive.formats import JSON, LAZY, OPEN_CSV
from scenarios.targets.embedded.athena.lake.hive.lines import line_reader, lines_of
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError

TWO = [("a", from_hive("int")), ("b", from_hive("string"))]


def read(serde: str, line: str, columns: Any = TWO, **said: str) -> list[Any]:
    named = {key.replace("_", "."): value for key, value in said.items()}
    return list(line_reader(serde, named, columns, dict(columns))(line))


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("1\x01x", [1, "x"]),
        ("1", [1, None]),
        ("1\x01x\x01more", [1, "x"]),
        ("x\x01", [None, ""]),
        (r"\N" + "\x01" + r"\N", [None, None]),
    ],
)
def test_a_lazy_line_may_be_short_long_or_wrong(line: str, row: list[Any]) -> None:
    assert read(LAZY, line) == row


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("7.0", 7), ("-7.9", -7), ("7.", 7), (".5", 0), ("+.", 0), ("2147483647.9", 2147483647)),
        *(("7.x", None), ("7.0.0", None), ("7e0", None), ("7,0", None), ("2147483648.0", None), ("-", None)),
    ],
)
def test_a_lazy_whole_number_may_have_a_fraction_which_is_not_looked_at(text: str, value: int | None) -> None:
    assert read(LAZY, text, TWO[:1]) == [value]


def test_lazy_lines_have_delimiters_and_escapes() -> None:
    assert read(LAZY, "1\tx", field_delim="\t") == [1, "x"]
    assert read(LAZY, "1|x", field_delim="124") == [1, "x"]
    assert read(LAZY, r"1,a\,b", field_delim=",", escape_delim="\\") == [1, "a,b"]
    assert read(LAZY, "1,-", field_delim=",", serialization_null_format="-") == [1, None]


@pytest.mark.parametrize(
    ("line", "said", "row"),
    [
        ('"1","x, y"', {}, [1, "x, y"]),
        ("1;'it''s'", {"separatorChar": ";", "quoteChar": "'"}, [1, "it's"]),
        (r'1,"a\"b"', {}, [1, 'a"b']),
        ("7", {}, [7, None]),
        (",", {"use.null.for.invalid.data": "true"}, [None, ""]),
        ("x,y", {"use.null.for.invalid.data": "true"}, [None, "y"]),
    ],
)
def test_csv_has_quotes(line: str, said: dict[str, str], row: list[Any]) -> None:
    assert list(line_reader(OPEN_CSV, said, TWO, dict(TWO))(line)) == row


def test_what_is_no_number_in_csv_is_an_error() -> None:
    with pytest.raises(SqlError, match="Error parsing field value 'x' for a column of type integer") as bad:
        read(OPEN_CSV, "x,y")
    with pytest.raises(SqlError, match=r"'7\.0' for a column of type integer"):
        read(OPEN_CSV, "7.0,y")
    with pytest.raises(SqlError, match="Error parsing field value '' for a column of type integer"):
        read(OPEN_CSV, ",y")
    assert bad.value.code == "HIVE_BAD_DATA"


def test_days_and_milliseconds_since_the_epoch_are_the_times_in_csv() -> None:
    columns = [("day", types.DATE), ("at", types.timestamp(3))]
    assert read(OPEN_CSV, "17675,1527120000001", columns) == [
        date(2018, 5, 24),
        datetime(2018, 5, 24, 0, 0, 0, 1000),  # noqa: DTZ001 - it has no zone
    ]
    for text in ("2018-05-24", "9999999999999", ""):
        with pytest.raises(SqlError, match=f"'{text}' for a column of type date"):
            read(OPEN_CSV, f"{text},0", columns)


def test_what_is_not_wanted_is_not_looked_at() -> None:
    assert list(line_reader(OPEN_CSV, {}, TWO, ["b"])("x,y")) == ["x", "y"]


@pytest.mark.parametrize("serde", JSON)
def test_json_is_found_by_names(serde: str) -> None:
    columns = [
        ("id", from_hive("bigint")),
        ("of", from_hive("struct<a:int,b:array<string>>")),
        ("m", from_hive("map<string,double>")),
        ("text", from_hive("string")),
        ("yes", from_hive("boolean")),
    ]
    line = '{"ID": 7, "of": {"B": ["x", null]}, "m": {"k": 1.5}, "text": {"a": [1]}, "yes": true, "more": 1}'
    assert read(serde, line, columns) == [7, {"f0": None, "f1": ["x", None]}, [("k", 1.5)], '{"a":[1]}', True]


def test_json_that_is_none_is_an_error_or_nulls() -> None:
    with pytest.raises(SqlError, match="Row is not a valid JSON Object"):
        read(JSON[0], "{")
    assert read(JSON[0], "{", ignore_malformed_json="true") == [None, None]


def test_names_may_be_mapped() -> None:
    assert list(line_reader(JSON[0], {"mapping.a": "Other"}, TWO, dict(TWO))('{"other": 7}')) == [7, None]


def test_another_serde_is_refused() -> None:
    with pytest.raises(SqlError, match=r"read by org.x is not supported"):
        read("org.x", "")


def test_lines_go_on_over_chunks_and_headers_are_left_out() -> None:
    assert list(lines_of(iter([b"he", b"ad\r\na", b"b\r\nc"]), 1)) == ["ab", "c"]
    assert list(lines_of(iter([b"a\n", b"b\nc\n"]), 2)) == ["c"]


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert list(lines_of(iter([b"a\xffb\n"]), 0)) == ["a\ufffdb"]
