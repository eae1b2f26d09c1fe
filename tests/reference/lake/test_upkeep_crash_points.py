"""Upkeep killed, or overtaken by everybody else, before and after each of its steps."""

import pytest

from reference.failpoint import around
from reference.protocol.effects import CompactEffect, SweepEffect
from reference.protocol.offsets import ORPHAN_GRACE
from reference.protocol.performing import steps
from tests.http_proxy import Lost
from tests.reference.crashing import run_until_killed
from tests.reference.lake.bronze import MIB, Bronze, grow_old, once

pytestmark = [pytest.mark.integration, pytest.mark.share]

COMPACT_AND_SWEEP = """
from reference.clock import boot_clock, short_pause
from reference.failpoint import around, failpoint_from_environment
from reference.lake.settings import LakeSettings
from reference.lake.upkeep import open_upkeeps
from reference.protocol.effects import CompactEffect, SweepEffect
from reference.protocol.performing import steps

reach = failpoint_from_environment(around(steps(CompactEffect | SweepEffect, ["bronze"])))
with open_upkeeps(LakeSettings.from_environment(), ["bronze"], reach, short_pause, boot_clock) as upkeeps:
    upkeeps["bronze"].compact(64 * 2**20, 256 * 2**20)
    upkeeps["bronze"].sweep()
"""
OF_BRONZE = around(steps(CompactEffect | SweepEffect, ["bronze"]))
"""The steps on the other tables are the same code."""

UNCLEAR: dict[str, dict[int, Lost]] = {"look-for-bronze": {1: "reply"}, "pause": {1: "request"}}
"""Steps that are only come to when the first commit, the compaction's, has no clear reply."""


@pytest.fixture
def untidy(bronze: Bronze) -> Bronze:
    """Three small files, and an orphan that is old."""
    for _ in range(3):
        bronze.append()
    with bronze.catalog.load_table("bronze.orders").transaction() as transaction:
        transaction.set_properties({ORPHAN_GRACE: "0"})
    bronze.write(3, 5)
    grow_old(bronze, than_s=0)
    return bronze


@pytest.mark.parametrize("name", OF_BRONZE)
def test_upkeep_killed_anywhere_leaves_each_row_once_and_the_next_one_finishes(untidy: Bronze, name: str) -> None:
    run_until_killed(COMPACT_AND_SWEEP, untidy.aws, name, UNCLEAR)
    assert untidy.offsets() == [0, 1, 2]
    assert untidy.append()
    untidy.upkeep().compact(64 * MIB, 256 * MIB)
    grow_old(untidy, than_s=0)
    untidy.upkeep().sweep()
    assert untidy.offsets() == [0, 1, 2, 3]
    assert len(untidy.files()) == 1
    assert set(untidy.upkeep().orphans()) == set()


@pytest.mark.parametrize("name", [name for name in OF_BRONZE if name.partition("-")[2] not in UNCLEAR])
def test_upkeep_that_is_overtaken_anywhere_leaves_each_row_once(untidy: Bronze, name: str) -> None:
    overtaken = []

    def everybody_else() -> None:
        overtaken.append(name)
        untidy.append()
        untidy.upkeep().compact(64 * MIB, 256 * MIB)
        untidy.upkeep().sweep()
        untidy.append()

    slow = untidy.upkeep(once(name, everybody_else))
    slow.compact(64 * MIB, 256 * MIB)
    slow.sweep()
    assert overtaken == [name]
    assert untidy.offsets() == [0, 1, 2, 3, 4]
