"""One's own events: sent as they stand, and what cannot be sent at all is named by file and line."""

from pathlib import Path

import pytest

from loadgen.errors import SourceError
from loadgen.jsonl import read_lines


def write(folder: Path, content: bytes) -> Path:
    path = folder / "mine.jsonl"
    path.write_bytes(content)
    return path


def test_a_line_is_an_event_byte_for_byte(tmp_path: Path) -> None:
    path = write(tmp_path, '{"order_id": "ä",  "price": 1.5}\r\n\n{"price":null, "order_id":"b"}'.encode())
    events = list(read_lines(path))
    assert [event.payload for event in events] == ['{"order_id": "ä",  "price": 1.5}', '{"price":null, "order_id":"b"}']
    assert [(event.price_cents, event.spoilt) for event in events] == [
        (150, False),
        (None, False),
    ]


@pytest.mark.parametrize("price", ["true", '"35.90"', "1.005", "1e99", "[]"])
def test_a_price_that_silver_will_not_take_is_none(tmp_path: Path, price: str) -> None:
    [event] = read_lines(write(tmp_path, f'{{"order_id":"a","price":{price}}}'.encode()))
    assert event.price_cents is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"not json", "line 2: is 'not json', allowed is a JSON object"),
        (b"[1]", r"line 2: is '\[1\]', allowed is a JSON object"),
        (b"\xff", "line 2: is .*, allowed is a JSON object in UTF-8"),
        (b'{"price": 1}', "line 2: order_id is None, allowed is a text that is not empty"),
        (b'{"order_id": ""}', "line 2: order_id is '', allowed is a text"),
        (b'{"order_id": 7}', "line 2: order_id is 7, allowed is a text"),
        (b"[" * 100_000, "line 2: is '.*…, allowed is a JSON object"),
    ],
)
def test_what_cannot_be_sent_is_named_by_line(tmp_path: Path, line: bytes, message: str) -> None:
    path = write(tmp_path, b'{"order_id":"a"}\n' + line)
    with pytest.raises(SourceError, match=f"mine.jsonl, {message}"):
        list(read_lines(path))


def test_a_missing_file_is_found_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere: cannot be read"):
        read_lines(tmp_path / "nowhere")
