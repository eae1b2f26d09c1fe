"""A share of events, evenly spread, carries a required field under another name."""

import json
from itertools import islice

import pytest

from loadgen.generated import GeneratedOrders
from loadgen.order_settings import OrderSettings
from loadgen.renamed_field import FIELD, RENAMED, rename_field


def orders(count: int | None) -> GeneratedOrders:
    return GeneratedOrders(count, OrderSettings(seed=1))


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.1, 10), (0.25, 25), (1.0, 100)])
def test_the_share_is_exact_and_marked(share: float, expected: int) -> None:
    events = list(rename_field(orders(100), share))
    assert sum(event.spoilt for event in events) == expected
    assert sum(RENAMED in json.loads(event.payload) for event in events) == expected


def test_only_the_name_changes() -> None:
    [before] = orders(1)
    [after] = rename_field(orders(1), 1.0)
    expected = json.loads(before.payload)
    expected[RENAMED] = expected.pop(FIELD)
    assert json.loads(after.payload) == expected


def test_an_endless_source_stays_endless() -> None:
    assert sum(event.spoilt for event in islice(rename_field(orders(None), 0.5), 1_000)) == 500
