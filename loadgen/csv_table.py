"""Rows of a CSV file, each column found by its name, with errors that say where to look.

Fields may be quoted, lines may end in LF or CRLF, a byte order mark is skipped, and so are blank lines.
"""

import contextlib
import csv
import re
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Final

from loadgen.errors import SourceError

TIMESTAMP_ALLOWED: Final = "a date and time such as 2018-05-24 13:45:00"
MONEY_ALLOWED: Final = "an amount such as 35.90, at most two decimals and ten digits before the point"
SEQUENCE_ALLOWED: Final = "a whole number from 0, at most nine digits"

Row = tuple[str, ...]

_MONEY = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,2})?")
"""Ten digits and two decimals are all that decimal(12,2) holds."""


class CsvTable:
    """The chosen columns of a file, one tuple a row; iterate once.

    The header is read on construction, the file is open only while rows are read. Every error is a SourceError that
    names file, line, column and value where there is one.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Check that the file is there and has the columns, of which there must be two at least."""
        self._path = path
        self._columns = columns
        self._line = 1
        header = self._header()
        missing = [column for column in columns if column not in header]
        if missing:
            raise self._error(f"column {missing[0]} is missing, the columns given are {', '.join(header)}")
        self._width = len(header)
        self._pick = itemgetter(*(header.index(column) for column in columns))

    def __iter__(self) -> Iterator[Row]:
        """The rows after the header."""
        rows = self._rows()
        next(rows)
        for row in rows:
            if len(row) == self._width:
                yield self._pick(row)
            elif row:
                given = f"{len(row)} fields: {','.join(row)[:200]!r}"
                raise self._error(f"the row has {given}, allowed are the {self._width} of the header")

    def key(self, column: str, value: str) -> str:
        """The value, which must not be empty."""
        if not value:
            raise self.bad_value(column, value, "any text that is not empty")
        return value

    def timestamp(self, column: str, value: str) -> str:
        """The value, which must be a moment that exists, in the contract's format."""
        try:
            if str(datetime.fromisoformat(value)) == value:
                return value
        except ValueError:
            pass
        raise self.bad_value(column, value, TIMESTAMP_ALLOWED)

    def cents(self, column: str, value: str) -> int:
        """An amount as whole cents, within decimal(12,2)."""
        if not _MONEY.fullmatch(value):
            raise self.bad_value(column, value, MONEY_ALLOWED)
        whole, _, decimals = value.partition(".")
        return int(whole + decimals.ljust(2, "0"))

    def sequence(self, column: str, value: str) -> int:
        """A number that orders rows of one order."""
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise self.bad_value(column, value, SEQUENCE_ALLOWED)
        return int(value)

    def bad_value(self, column: str, value: str | bytes, allowed: str) -> SourceError:
        """The error for a value of the row read last; to be raised by the caller."""
        return self._error(f"column {column} is {value!r}, allowed is {allowed}")

    def _header(self) -> list[str]:
        rows = self._rows()
        try:
            return next(rows, None) or self._no_header()
        finally:
            rows.close()

    def _no_header(self) -> list[str]:
        raise self._error(f"there is no header, allowed is a line with the columns {', '.join(self._columns)}")

    def _rows(self) -> Generator[list[str], None, None]:
        """All rows of the file, `_line` set to the last line of each."""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                for row in reader:
                    self._line = reader.line_num
                    yield row
        except OSError as error:
            raise SourceError(f"{self._path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise self._not_utf8() from error
        except csv.Error as error:
            self._line = reader.line_num
            raise self._error(f"is not CSV: {error}") from error

    def _not_utf8(self) -> SourceError:
        """Read again to find the place, which the decoder, reading ahead, could not tell."""
        with self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.reader(file)
            header: list[str] = []
            with contextlib.suppress(csv.Error):
                for row in reader:
                    self._line = reader.line_num
                    header = header or row
                    for column, value in zip_longest(header, row, fillvalue=""):
                        if not _is_utf8(value):
                            return self.bad_value(_readable(column), _bytes(value), "UTF-8 text")
        return self._error("is not UTF-8")

    def _error(self, problem: str) -> SourceError:
        return SourceError(f"{self._path}, line {self._line}: {problem}")


def _is_utf8(text: str) -> bool:
    """Whether a text read with surrogateescape was UTF-8."""
    return not any("\udc80" <= character <= "\udcff" for character in text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _readable(text: str) -> str:
    return _bytes(text).decode("utf-8", "backslashreplace")
