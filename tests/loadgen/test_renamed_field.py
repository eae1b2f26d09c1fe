"""A share of events, evenly spread, carries a required field under another name."""

import json
from itertools import islice

import pytest

from loadgen.renamed_field import FIELD, RENAMED, rename_field
from loadgen.sample import generate_orders


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.1, 10), (0.25, 25), (1.0, 100)])
def test_the_share_is_exact_and_marked(share: float, expected: int) -> None:
    events = list(rename_field(generate_orders(100, seed=1), share))
    assert sum(event.spoilt for event in events) == expected
    assert sum(RENAMED in json.loads(event.payload) for event in events) == expected


def test_only_the_name_changes() -> None:
    [before] = generate_orders(1, seed=1)
    [after] = rename_field(generate_orders(1, seed=1), 1.0)
    expected = json.loads(before.payload)
    expected[RENAMED] = expected.pop(FIELD)
    assert json.loads(after.payload) == expected


def test_an_endless_source_stays_endless() -> None:
    assert sum(event.spoilt for event in islice(rename_field(generate_orders(None, seed=1), 0.5), 1_000)) == 500
