"""Sources by name: four forms are understood, everything else is answered with them."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from loadgen.errors import SourceError
from loadgen.generated import GeneratedOrders
from loadgen.order_settings import OrderSettings
from loadgen.source import is_generated, open_source

PLAIN = OrderSettings()


@pytest.mark.parametrize("name", ["olist", "generated"])
def test_made_up_orders_come_from_the_seed(name: str) -> None:
    settings = OrderSettings(seed=3)
    assert list(open_source(f"{name}:5", settings)) == list(GeneratedOrders(5, settings))
    assert list(islice(open_source(name, settings), 5)) == list(GeneratedOrders(5, settings))


def test_a_csv_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere: there is no such folder"):
        open_source(f"csv:{tmp_path}/nowhere", PLAIN)


def test_ones_own_events_come_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"order_id":"a"}')
    assert [event.payload for event in open_source(f"jsonl:{tmp_path}/mine.jsonl", PLAIN)] == ['{"order_id":"a"}']


def test_ones_own_events_keep_their_dates(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").touch()
    settings = OrderSettings(purchased_at=datetime(2026, 1, 1))  # noqa: DTZ001 - local
    with pytest.raises(SourceError, match="their dates cannot be shifted"):
        open_source(f"jsonl:{tmp_path}/mine.jsonl", settings)


def test_a_share_of_ones_own_events_can_have_a_field_renamed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"order_id":"a","order_purchase_timestamp":null}\n' * 4)
    settings = OrderSettings(bad_rows={"renamed-field": 0.5})
    spoilt = [event.spoilt for event in open_source(f"jsonl:{tmp_path}/mine.jsonl", settings)]
    assert spoilt == [False, True, False, True]
    with pytest.raises(SourceError, match="bad_rows has 'null-customer', allowed is 'renamed-field'"):
        open_source(f"jsonl:{tmp_path}/mine.jsonl", OrderSettings(bad_rows={"null-customer": 0.5}))


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "csv",
        "csv:",
        "jsonl",
        "jsonl:",
        "olist:",
        "olist:0",
        "generated:-1",
        "olist:1e3",
        "kafka:x",
        "CSV:x",
    ],
)
def test_another_form_is_named_with_the_allowed_ones(spec: str) -> None:
    with pytest.raises(SourceError, match=f"source is '{spec}', allowed is olist .* or parquet:FILE"):
        open_source(spec, PLAIN)


def test_a_moment_with_a_zone_is_refused() -> None:
    with pytest.raises(SourceError, match=r"purchased_at is .*, allowed is a local time without a zone"):
        open_source("olist:1", OrderSettings(purchased_at=datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize(("spec", "generated"), [("olist", True), ("generated:5", True), ("csv:olist", False)])
def test_made_up_orders_are_known_by_their_name(spec: str, generated: bool) -> None:
    assert is_generated(spec) == generated
