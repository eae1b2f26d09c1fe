"""Sources by name: two forms are understood, everything else is answered with them."""

from datetime import UTC, datetime
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


@pytest.mark.parametrize(
    "spec",
    ["", "csv", "csv:", "generated", "generated:", "generated:0", "generated:-1", "generated:1e3", "kafka:x", "CSV:x"],
)
def test_another_form_is_named_with_the_allowed_ones(spec: str) -> None:
    with pytest.raises(SourceError, match=f"source is '{spec}', allowed is csv:DIR .* or generated:N"):
        open_source(spec, seed=1)


def test_a_moment_with_a_zone_is_refused() -> None:
    with pytest.raises(SourceError, match=r"shift_to is .*, allowed is a local time without a zone"):
        open_source("generated:1", seed=1, shift_to=datetime(2026, 1, 1, tzinfo=UTC))
