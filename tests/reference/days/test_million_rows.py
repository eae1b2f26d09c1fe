"""A day of a million rows, half a percent of each kind bad, some in several ways: all of it goes where it belongs."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from reference.lake.columns import DAY_COLUMNS, SILVER
from reference.quality.checkpoint import run_checkpoint
from tests.reference.day_lake import DAY
from tests.reference.days.stepping import Days
from tests.reference.many_orders import STATES, many_orders, spoilt

pytest.importorskip("great_expectations", reason="needs the extra quality")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROWS = 1_000_000
SHARE = 0.005


def test_a_million_rows_go_where_they_belong(days: Days) -> None:
    bad, day_lake = spoilt(ROWS, SHARE), days.lake
    day_lake.add_orders(many_orders(bad), pc.cast(pa.array(np.arange(ROWS)), pa.string()).cast(pa.binary()))
    day_lake.mark()
    steps = replace(days.steps, most_failing=0.05)
    pinned = steps.pin([DAY])
    url = day_lake.checkpoint_url
    [checked] = steps.judge(pinned, run_checkpoint(url, steps.open_view(pinned), steps.rules, SILVER, DAY_COLUMNS))
    steps.quarantine([checked])
    steps.gold([checked])
    steps.alert(checked)

    any_bad = np.logical_or.reduce(list(bad.values()))
    several = sum(mask.astype(int) for mask in bad.values()) > 1
    assert several.sum() > 100
    assert (checked.rows, checked.failing) == (ROWS, any_bad.sum())
    assert checked.by_rule == {name: mask.sum() for name, mask in bad.items()}
    expected = {(0, int(row)): [name for name, mask in bad.items() if mask[row]] for row in np.flatnonzero(any_bad)}
    assert day_lake.quarantined() == expected
    number = np.arange(ROWS)
    clean = {(DAY, str(state)): number[~any_bad & (STATES[number % 4] == state)] for state in STATES}
    assert day_lake.gold() == {
        key: (len(rows), f"{(100 + rows % 900).sum() / 100:.2f}", f"{len(rows) * 7:.2f}", 1)
        for key, rows in clean.items()
    }
    assert sum(orders for orders, *_ in day_lake.gold().values()) + len(expected) == ROWS
    assert [alert.key for alert in days.mailbox.taken] == ["quarantine/2018-05-24/1"]
