"""Replays killed, or overtaken by another replay, before and after each of their steps."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from reference.failpoint import around
from reference.protocol.effects import ReplayEffect
from reference.protocol.performing import steps
from tests.http_proxy import Lost
from tests.reference.crashing import run_until_killed
from tests.reference.lake.bronze import once
from tests.reference.writer.bench import Bench, orders
from tests.reference.writer.test_replay import replayed, replayer

pytestmark = [pytest.mark.integration, pytest.mark.share]

REPLAY = """
import sys
from concurrent.futures import ThreadPoolExecutor
from reference.clock import boot_clock, short_pause
from reference.decode.python_decoder import PythonDecoder
from reference.failpoint import around, failpoint_from_environment
from reference.lake.catalog import open_catalog
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.settings import LakeSettings
from reference.protocol.effects import ReplayEffect
from reference.protocol.performing import steps
from reference.writer.decoding import BatchDecoder, tomorrow
from reference.writer.replay import Replayer

settings, reach = LakeSettings.from_environment(), failpoint_from_environment(around(steps(ReplayEffect, ["silver"])))
catalog = open_catalog(settings)
silver, quarantine = (IcebergTable(catalog, f"{name}.orders", sys.argv[1]) for name in ("silver", "quarantine"))
with ThreadPoolExecutor() as executor:
    files = PartitionedFiles(open_store(settings), executor)
    decoder = BatchDecoder(PythonDecoder(), frozenset, tomorrow)
    list(Replayer(silver, quarantine, files, decoder, reach, short_pause, boot_clock).replay("r"))
"""
OF_SILVER = around(steps(ReplayEffect, ["silver"]))
UNCLEAR: dict[str, dict[int, Lost]] = {
    "look-for-silver": {1: "reply"},
    "pause": {1: "request"},
    "age-silver": {1: "request"},
}
"""Steps that are only come to when the commit has no clear reply."""
CLEAR = [name for name in OF_SILVER if name.partition("-")[2] not in UNCLEAR]

EVENTS = 5


@pytest.fixture
def quarantined(bench: Bench) -> Bench:
    """Events of a schema version that nobody has registered; all are in quarantine."""
    bench.send(orders()[:EVENTS], version=uuid4())
    bench.writer()
    bench.await_drained()
    assert bench.offsets("quarantine") == Counter(range(EVENTS))
    return bench


@pytest.mark.parametrize("name", OF_SILVER)
def test_a_replay_killed_anywhere_and_run_again_has_replayed_each_event_once(quarantined: Bench, name: str) -> None:
    run_until_killed(REPLAY, quarantined.settings, name, UNCLEAR, quarantined.topic)
    with ThreadPoolExecutor() as executor:
        list(replayer(quarantined, executor).replay("r"))
    assert replayed(quarantined) == [(offset, "r") for offset in range(EVENTS)]


# After a step is before the next one, for anybody else.
@pytest.mark.parametrize("name", [name for name in CLEAR if name.startswith("before")])
def test_a_replay_that_another_overtakes_anywhere_replays_no_event_again(quarantined: Bench, name: str) -> None:
    overtaken = []

    def another() -> None:
        overtaken.append(name)
        list(replayer(quarantined, executor).replay("quick"))

    with ThreadPoolExecutor() as executor:
        list(replayer(quarantined, executor, reach=once(name, another)).replay("slow"))
    assert overtaken == [name]
    assert [offset for offset, _id in replayed(quarantined)] == list(range(EVENTS))
