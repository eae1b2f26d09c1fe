"""The metadata file, read as a reader of protobuf messages does."""

from scenarios.targets.embedded.athena.api.columns import column_info
from scenarios.targets.embedded.athena.api.metadata_file import metadata_file
from scenarios.targets.embedded.athena.sql.types import VARCHAR, decimal

Fields = list[tuple[int, int | bytes]]


def number(content: bytes, place: int) -> tuple[int, int]:
    """A varint and where it ends."""
    value = shift = 0
    while True:
        byte = content[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def fields(content: bytes) -> Fields:
    """Numbers and values of a message's fields."""
    found: Fields = []
    place = 0
    while place < len(content):
        key, place = number(content, place)
        value, place = number(content, place)
        if key & 7 == 2:
            found.append((key >> 3, content[place : place + value]))
            place += value
        else:
            found.append((key >> 3, value))
    return found


def test_each_column_is_a_message_with_its_name_type_and_sizes() -> None:
    columns = fields(metadata_file(column_info([("größe", decimal(10, 2)), ("text", VARCHAR)])))
    assert [number for number, _ in columns] == [4, 4]
    first, second = (fields(content) for _, content in columns if isinstance(content, bytes))
    name = "größe".encode()
    assert first == [(1, b"hive"), (4, name), (5, name), (6, b"decimal"), (7, 10), (8, 2), (9, 3), (10, 0)]
    assert dict(second)[7] == 2**31 - 1
    assert dict(second)[10] == 1
