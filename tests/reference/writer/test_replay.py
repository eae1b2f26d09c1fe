"""Quarantined events on a real lake, replayed by real processes and by several at once."""

import json
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from reference.clock import boot_clock, short_pause
from reference.decode.python_decoder import PythonDecoder
from reference.lake.catalog import open_catalog
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.writer.decoding import BatchDecoder, tomorrow
from reference.writer.replay import Replayer
from scenarios.audit.lake_reader import LakeReader
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.reference.writer.bench import Bench, orders
from tests.scenarios.conftest import run_keystone

pytestmark = pytest.mark.integration

EVENTS = 6


@pytest.fixture
def quarantined(bench: Bench) -> Bench:
    """Good events of a schema version that nobody has registered, and one that is none; all are in quarantine."""
    bench.send([*orders()[: EVENTS - 1], b"{"], version=uuid4())
    bench.writer()
    bench.await_drained()
    assert bench.offsets("quarantine") == Counter(range(EVENTS))
    return bench


def all_are_registered(versions: Collection[str]) -> frozenset[str]:
    return frozenset(versions)


def replayer(
    bench: Bench,
    executor: ThreadPoolExecutor,
    registered: Callable[[Collection[str]], frozenset[str]] = all_are_registered,
    reach: Callable[[str], None] = lambda _step: None,
) -> Replayer:
    catalog = open_catalog(bench.settings)
    silver, quarantine = (IcebergTable(catalog, f"{name}.orders", bench.topic) for name in ("silver", "quarantine"))
    files = PartitionedFiles(open_store(bench.settings), executor)
    decoder = BatchDecoder(PythonDecoder(), registered, tomorrow)
    return Replayer(silver, quarantine, files, decoder, reach, short_pause, boot_clock)


def replayed(bench: Bench) -> list[tuple[int, str]]:
    """Offset and replay id of each of this topic's rows in silver."""
    rows = LakeReader(bench.endpoints).rows("silver.orders", ("producer", "offset", "replay_id")).to_pylist()
    return sorted((row["offset"], row["replay_id"]) for row in rows if row["producer"] == bench.topic)


ALL_GOOD = list(range(EVENTS - 1))


def test_what_decodes_now_is_in_silver_under_the_replays_id_with_all_it_came_with(quarantined: Bench) -> None:
    with ThreadPoolExecutor() as executor:
        assert list(replayer(quarantined, executor).replay("r1")) == [(EVENTS, EVENTS - 1)]
    assert replayed(quarantined) == [(offset, "r1") for offset in ALL_GOOD]
    assert quarantined.offsets("quarantine") == Counter(range(EVENTS))
    columns = ("producer", "seq", "offset", "schema_version", "received_ns", "order_id")
    rows = LakeReader(quarantined.endpoints).rows("silver.orders", columns).to_pylist()
    originals = LakeReader(quarantined.endpoints).rows("bronze.orders", columns[:-1]).to_pylist()
    for row in rows:
        if row["producer"] == quarantined.topic:
            assert row.pop("order_id") == f"o{row['seq']}"
            assert row in originals


def test_an_event_is_replayed_once_over_all_replays(quarantined: Bench) -> None:
    with ThreadPoolExecutor() as executor:
        for replay_id, expected in (("r1", EVENTS - 1), ("r1", None), ("r2", 0)):
            counts = list(replayer(quarantined, executor).replay(replay_id))
            assert counts == ([] if expected is None else [(EVENTS, expected)])
    assert replayed(quarantined) == [(offset, "r1") for offset in ALL_GOOD]


def test_a_replay_under_which_another_commits_leaves_out_what_that_has_replayed(quarantined: Bench) -> None:
    with ThreadPoolExecutor() as executor:

        def reach(step: str) -> None:
            if step == "before-append-silver" and not replayed(quarantined):
                list(replayer(quarantined, executor).replay("quick"))

        assert list(replayer(quarantined, executor, reach=reach).replay("slow")) == [(EVENTS, 0)]
    assert replayed(quarantined) == [(offset, "quick") for offset in ALL_GOOD]


def test_what_still_cannot_be_decoded_may_be_by_a_later_replay(quarantined: Bench) -> None:
    with ThreadPoolExecutor() as executor:
        nothing = replayer(quarantined, executor, registered=lambda _versions: frozenset())
        assert list(nothing.replay("early")) == [(EVENTS, 0)]
        assert list(replayer(quarantined, executor).replay("later")) == [(EVENTS, EVENTS - 1)]
    assert replayed(quarantined) == [(offset, "later") for offset in ALL_GOOD]


def test_the_command_replays_the_targets_topic_and_says_how_many(stack: EmbeddedTarget, tmp_path: Path) -> None:
    state_dir = stack.status().state_dir
    ran = run_keystone(tmp_path, "lake", "replay", "by-hand", "--json", "--state-dir", state_dir)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert 0 <= found["replayed"] <= found["looked_at"]
    again = run_keystone(tmp_path, "lake", "replay", "by-hand", "--state-dir", state_dir)
    assert (again.code, again.out) == (0, "replayed 0 of 0 quarantined events\n"), again.err


def test_an_id_that_cannot_be_a_property_is_refused(tmp_path: Path) -> None:
    ran = run_keystone(tmp_path, "lake", "replay", "a b")
    assert (ran.code, "allowed are" in ran.err) == (2, True)
