"""Lines are rows as each SerDe reads them."""

from typing import Any

import pytest

from scenarios.targets.embedded.athena.lake.hive_formats import JSON, LAZY, OPEN_CSV
from scenarios.targets.embedded.athena.lake.hive_lines import line_reader, lines_of
from scenarios.targets.embedded.athena.lake.hive_types import from_hive
from scenarios.targets.embedded.athena.sql.errors import SqlError

TWO = [("a", from_hive("int")), ("b", from_hive("string"))]


def read(serde: str, line: str, columns: Any = TWO, **said: str) -> list[Any]:
    named = {key.replace("_", "."): value for key, value in said.items()}
    return list(line_reader(serde, named, columns)(line))


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
        (",", {}, [None, ""]),
        ("7", {}, [7, None]),
    ],
)
def test_csv_has_quotes(line: str, said: dict[str, str], row: list[Any]) -> None:
    assert list(line_reader(OPEN_CSV, said, TWO)(line)) == row


def test_what_is_no_number_in_csv_is_an_error() -> None:
    with pytest.raises(SqlError, match="Error parsing field value 'x' for a column of type integer") as bad:
        read(OPEN_CSV, "x,y")
    with pytest.raises(SqlError, match=r"'7\.0' for a column of type integer"):
        read(OPEN_CSV, "7.0,y")
    assert bad.value.code == "HIVE_BAD_DATA"


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
    assert list(line_reader(JSON[0], {"mapping.a": "Other"}, TWO)('{"other": 7}')) == [7, None]


def test_another_serde_is_refused() -> None:
    with pytest.raises(SqlError, match=r"read by org.x is not supported"):
        read("org.x", "")


def test_lines_go_on_over_chunks_and_headers_are_left_out() -> None:
    assert list(lines_of(iter([b"he", b"ad\r\na", b"b\r\nc"]), 1)) == ["ab", "c"]
    assert list(lines_of(iter([b"a\n", b"b\nc\n"]), 2)) == ["c"]


def test_bytes_that_are_no_utf_8_are_replaced() -> None:
    assert list(lines_of(iter([b"a\xffb\n"]), 0)) == ["a\ufffdb"]
