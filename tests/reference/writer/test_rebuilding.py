"""The journal of batches made again from real tables, with all snapshots there and with none."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from reference.lake.catalog import open_catalog
from reference.lake.expiry import expire
from reference.state.batch_entry import BatchEntry
from reference.writer.rebuilding import Offsets
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.interface import Endpoints
from tests.reference.writer.bench import BAD, GOOD, Bench, orders
from tests.reference.writer.small_lake import TOPIC_ID, SmallLake
from tests.scenarios.conftest import run_keystone

pytestmark = pytest.mark.integration

ROUNDS = 3
ROWS = {"bronze": ROUNDS * (GOOD + BAD), "quarantine": ROUNDS * BAD, "silver": ROUNDS * GOOD}


@pytest.fixture
def endpoints(stack: EmbeddedTarget) -> Endpoints:
    """With the lake that the commands find."""
    return stack.status().endpoints


@pytest.fixture
def written(bench: Bench) -> Bench:
    """Three batches in the lake, and a journal that is empty."""
    bench.writer()
    for _ in range(ROUNDS):
        bench.send(orders())
        bench.await_drained()
    bench.end()
    assert bench.journaled() == ROWS
    with psycopg.connect(bench.endpoints.postgres.direct) as connection:
        connection.execute("DELETE FROM batches WHERE topic_id = %s", (bench.journal()[0]["topic_id"],))
    return bench


def ranges(bench: Bench, table: str) -> list[tuple[int, int, int]]:
    found = [(e["first_offset"], e["end_offset"], e["rows"]) for e in bench.journal() if e["table_name"] == table]
    return sorted(found)


def test_from_snapshots_it_is_what_it_was_but_for_how_long_things_took(
    written: Bench, stack: EmbeddedTarget, tmp_path: Path
) -> None:
    ran = run_keystone(tmp_path, "lake", "rebuild-journal", "--state-dir", stack.status().state_dir)
    assert ran.code == 0, ran.err
    assert written.journaled() == ROWS
    assert {entry["source"] for entry in written.journal()} == {"snapshot"}
    each = GOOD + BAD
    assert ranges(written, "bronze")[0][0] == 0
    assert ranges(written, "bronze")[-1][1] == ROUNDS * each


def test_without_snapshots_the_rows_tell_each_offset_once(
    written: Bench, stack: EmbeddedTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.lake.expiry.MIN_SNAPSHOTS", 1)
    for table in ROWS:
        expire(open_catalog(written.settings), f"{table}.orders", timedelta(0))
    ran = run_keystone(tmp_path, "lake", "rebuild-journal", "--state-dir", stack.status().state_dir)
    assert ran.code == 0, ran.err
    assert written.journaled() == ROWS
    assert "rows" in {entry["source"] for entry in written.journal()}
    for table in ROWS:
        tiles = ranges(written, table)
        assert all(a[1] <= b[0] for a, b in pairwise(tiles))
    assert all(entry["committed_ns"] > 0 for entry in written.journal())


def spelled(entries: list[BatchEntry]) -> list[tuple[int, int, int, str]]:
    return sorted((e.first_offset, e.end_offset, e.rows, e.source) for e in entries)


def test_an_old_snapshot_that_outlived_younger_ones_hides_nothing(
    lake: SmallLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.lake.expiry.MIN_SNAPSHOTS", 1)
    for end in (2, 4, 6, 8, 10):
        assert lake.write(end)
    table = lake.catalog.load_table("bronze.orders")
    first = next(s.snapshot_id for s in table.snapshots() if s.summary and s.summary["added-records"] == "2")
    table.manage_snapshots().create_tag(first, "kept").commit()
    expire(lake.catalog, "bronze.orders", timedelta(0))
    told = spelled(lake.rebuilt("bronze"))
    assert [(first, end, rows) for first, end, rows, _ in told] == [(o, o + 2, 2) for o in range(0, 10, 2)]
    assert [source for *_, source in told] == ["snapshot", "rows", "rows", "rows", "snapshot"]


def test_what_the_journal_has_is_not_told_again_from_rows(lake: SmallLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.lake.expiry.MIN_SNAPSHOTS", 1)
    for end in (4, 8, 12):
        assert lake.write(end)
    expire(lake.catalog, "bronze.orders", timedelta(0))
    told = spelled(lake.rebuilt("bronze", [Offsets(TOPIC_ID, 0, 2, 6)]))
    assert told == [(0, 2, 2, "rows"), (6, 8, 2, "rows"), (8, 12, 4, "snapshot")]
