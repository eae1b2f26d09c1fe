"""Reading CSV files: forms that are accepted, and errors that say where to look."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadgen.csv_table import CsvTable
from loadgen.errors import SourceError
from reference.contract.order import MAX_MONEY_CENTS


def rows(folder: Path, content: bytes) -> list[tuple[str, ...]]:
    file = folder / "t.csv"
    file.write_bytes(content)
    return list(CsvTable(file, ("id", "name")))


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n1,one\n2,two\n",
        b'"id","name"\n"1","one"\n"2","two"\n',
        b"\xef\xbb\xbfid,name\r\n1,one\r\n2,two\r\n",
        b"name,other,id\none,x,1\ntwo,y,2",
        b"id,name\n\n1,one\n\n2,two\n\n",
    ],
    ids=["plain", "quoted", "bom and crlf", "other columns and order, no last newline", "blank lines"],
)
def test_all_usual_forms_give_the_same_rows(tmp_path: Path, content: bytes) -> None:
    assert rows(tmp_path, content) == [("1", "one"), ("2", "two")]


def test_quoted_text_may_hold_commas_newlines_and_quotes(tmp_path: Path) -> None:
    assert rows(tmp_path, b'id,name\n1,"a, ""b""\nc"\n') == [("1", 'a, "b"\nc')]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"t\.csv, line 1: there is no header, allowed is a line with the columns id, name"),
        (b"id,nom\n", r"t\.csv, line 1: column name is missing, the columns given are id, nom"),
        (b"id,name\n1,one\n2\n", r"t\.csv, line 3: the row has 1 fields: '2', allowed are the 2 of the header"),
        (b"id,name\n1,one,more\n", r"t\.csv, line 2: the row has 3 fields: '1,one,more'"),
        (b'id,name\n1,"a\nb"\n2\n', r"t\.csv, line 4: the row has 1 fields"),
        (b'id,name\n1,"one"x\n', r"t\.csv, line 2: is not CSV: "),
        (b'id,name\n1,"one\n', r"t\.csv, line 2: is not CSV: unexpected end of data"),
        (b"id,name\n1,one\n2,caf\xe9\n", r"t\.csv, line 3: column name is b'caf\\xe9', allowed is UTF-8 text"),
        (b"id,name\xff\n1,one\n", r"t\.csv, line 1: column .* is b'name\\xff', allowed is UTF-8 text"),
    ],
)
def test_broken_files_are_named_with_the_place(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        rows(tmp_path, content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv: cannot be read: No such file"):
        CsvTable(tmp_path / "none.csv", ("id", "name"))


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_a_source_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    try:
        assert all(len(row) == 2 for row in rows(tmp_path_factory.getbasetemp(), b"id,name\n" + content))
    except SourceError as error:
        str(error).encode()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> CsvTable:
    file = tmp_path_factory.mktemp("csv") / "t.csv"
    file.write_text("id,name\n")
    return CsvTable(file, ("id", "name"))


@given(st.integers(-MAX_MONEY_CENTS, MAX_MONEY_CENTS))
def test_amounts_are_read_exactly(table: CsvTable, cents: int) -> None:
    assert table.cents("price", str(Decimal(cents).scaleb(-2))) == cents


@pytest.mark.parametrize(
    ("text", "cents"), [("35.90", 3590), ("35.9", 3590), ("35", 3500), ("-0.05", -5), ("007", 700)]
)
def test_amounts_may_be_written_shorter(table: CsvTable, text: str, cents: int) -> None:
    assert table.cents("price", text) == cents


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "35,90",
        "35.901",
        "1e3",
        "NaN",
        "inf",
        " 1",
        "1 ",
        "+1",
        ".5",
        "5.",
        "--1",
        "10000000000.00",
        "1_0",
        "\u0661",
    ],
)
def test_other_amounts_are_refused(table: CsvTable, text: str) -> None:
    with pytest.raises(SourceError, match=r"column price is .*, allowed is an amount such as 35.90"):
        table.cents("price", text)


def test_timestamps_that_exist_are_taken_as_they_are(table: CsvTable) -> None:
    assert table.timestamp("at", "2020-02-29 23:59:59") == "2020-02-29 23:59:59"


@pytest.mark.parametrize(
    "text",
    ["", "2018-05-24", "2018-05-24T13:45:00", "2018-05-24 13:45", "2018-02-30 00:00:00", "2018-05-24 24:00:00",
     "2018-5-24 13:45:00", "24/05/2018 13:45:00", "2018-05-24 13:45:00.5", "2018-05-24 13:45:00Z",
     "2018-W21-4 13:45:00"],
)  # fmt: skip
def test_other_timestamps_are_refused(table: CsvTable, text: str) -> None:
    with pytest.raises(SourceError, match=r"column at is .*, allowed is a date and time such as"):
        table.timestamp("at", text)


@pytest.mark.parametrize("text", ["", "one", "1.0", "-1", "1" * 10, "1_0"])
def test_other_numbers_are_refused(table: CsvTable, text: str) -> None:
    with pytest.raises(SourceError, match=r"column n is .*, allowed is a whole number from 0"):
        table.sequence("n", text)


def test_an_empty_key_is_refused(table: CsvTable) -> None:
    with pytest.raises(SourceError, match="column id is '', allowed is any text that is not empty"):
        table.key("id", "")
