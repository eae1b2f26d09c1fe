"""The metadata file beside a result: which columns it has, for readers that do not ask the API.

AWS does not describe the file. Readers of it (burt.io's JDBC driver among them) take it for protobuf messages, of which
they know: field 4, once for each column, whose own fields are 1 the catalog, 4 the name, 5 the label, 6 the type,
7 precision, 8 scale, 9 whether it may be null (1 no, 2 yes, 3 unknown) and 10 whether its case matters (1 yes). That is
what is written here. Fields of the value 0 are written, too.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_COLUMN: Final = 4
_TEXTS: Final = {1: "CatalogName", 4: "Name", 5: "Label", 6: "Type"}
_NUMBERS: Final = {7: "Precision", 8: "Scale"}
_NULLABLE, _CASE_SENSITIVE, _UNKNOWN = 9, 10, 3


def metadata_file(columns: list[dict[str, Any]]) -> bytes:
    """The file's content; `columns` are ColumnInfo."""
    return b"".join(_bytes(_COLUMN, b"".join(_fields(column))) for column in columns)


def _fields(column: Mapping[str, Any]) -> Iterator[bytes]:
    for number, name in _TEXTS.items():
        yield _bytes(number, column[name].encode())
    for number, name in _NUMBERS.items():
        yield _number(number, column[name])
    yield _number(_NULLABLE, _UNKNOWN)
    yield _number(_CASE_SENSITIVE, column["CaseSensitive"])


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])
