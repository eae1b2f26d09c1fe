"""Sources by name: four forms are understood, everything else is answered with them."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from loadgen.errors import SourceError
from loadgen.sample import generate_orders
from loadgen.source import open_source


def test_generated_orders_come_from_the_seed() -> None:
    assert list(open_source("generated:5", seed=3)) == list(generate_orders(5, seed=3))


def test_a_csv_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere: there is no such folder"):
        open_source(f"csv:{tmp_path}/nowhere", seed=1)


def test_generated_without_a_number_has_no_end() -> None:
    assert list(islice(open_source("generated", seed=3), 5)) == list(generate_orders(5, seed=3))


def test_ones_own_events_come_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"order_id":"a"}')
    assert [event.payload for event in open_source(f"jsonl:{tmp_path}/mine.jsonl", seed=1)] == ['{"order_id":"a"}']


def test_ones_own_events_keep_their_dates(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="their dates cannot be shifted"):
        open_source(f"jsonl:{tmp_path}/mine.jsonl", seed=1, shift_to=datetime(2026, 1, 1))  # noqa: DTZ001 - local


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "csv",
        "csv:",
        "jsonl",
        "jsonl:",
        "generated:",
        "generated:0",
        "generated:-1",
        "generated:1e3",
        "kafka:x",
        "CSV:x",
    ],
)
def test_another_form_is_named_with_the_allowed_ones(spec: str) -> None:
    with pytest.raises(SourceError, match=f"source is '{spec}', allowed is csv:DIR .* or generated:N"):
        open_source(spec, seed=1)


def test_a_moment_with_a_zone_is_refused() -> None:
    with pytest.raises(SourceError, match=r"shift_to is .*, allowed is a local time without a zone"):
        open_source("generated:1", seed=1, shift_to=datetime(2026, 1, 1, tzinfo=UTC))
