"""Who sleeps between writing files and naming them wakes in another world: they are swept, or belong elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest

from reference.errors import PipelineError
from reference.protocol.effects import Age, Effect, Table
from reference.writer.flush import Flusher
from tests.reference.writer.small_lake import Reach, SmallLake, once

EVENTS = 6
EVERY, GOOD, BAD = list(range(EVENTS)), list(range(0, EVENTS, 2)), list(range(1, EVENTS, 2))
ROWS = {"bronze": EVERY, "quarantine": BAD, "silver": GOOD}
MIB = 2**20


def sweep_when_old(lake: SmallLake, table: Table, swept: list[str]) -> Callable[[], None]:
    def sweep() -> None:
        lake.grow_old(table)
        swept.extend(path for path in lake.upkeep(table).sweep() if path.endswith(".parquet"))

    return sweep


def assert_found_by_partition(lake: SmallLake, table: str, offsets: list[int]) -> None:
    assert lake.offsets(table) == offsets
    assert lake.offsets(table, "partition = 0") == offsets


@pytest.mark.parametrize("table", ["bronze", "silver"])
def test_a_writer_that_slept_through_a_sweep_writes_its_files_anew(lake: SmallLake, table: Table) -> None:
    swept: list[str] = []
    assert lake.write(EVENTS, once(f"before-append-{table}", sweep_when_old(lake, table, swept)))
    assert swept
    assert {name: lake.offsets(name) for name in ROWS} == ROWS


class AgelessFlusher(Flusher):
    """Takes all files to be young."""

    def do(self, effect: Effect) -> Any:
        return 0.0 if isinstance(effect, Age) else super().do(effect)


def test_control_the_table_of_one_that_takes_its_files_to_be_young_cannot_be_read(lake: SmallLake) -> None:
    sweep = sweep_when_old(lake, "silver", [])
    assert lake.write(EVENTS, once("before-append-silver", sweep), AgelessFlusher)
    with pytest.raises(FileNotFoundError):
        lake.offsets("silver")


def test_a_replay_that_slept_through_a_sweep_writes_its_files_anew(lake: SmallLake) -> None:
    swept: list[str] = []
    lake.registered, registered = frozenset(), lake.registered
    assert lake.write(EVENTS)
    lake.registered = registered
    sweep = sweep_when_old(lake, "silver", swept)
    assert lake.replay("r", once("before-append-silver", sweep)) == [(EVENTS, len(GOOD))]
    assert swept
    assert lake.offsets("silver") == GOOD


def test_a_compaction_that_slept_through_a_sweep_writes_its_file_anew(lake: SmallLake) -> None:
    swept: list[str] = []
    for end in range(2, EVENTS + 1, 2):
        assert lake.write(end)
    sweep = sweep_when_old(lake, "silver", swept)
    assert lake.upkeep("silver", once("before-swap-silver", sweep)).compact(64 * MIB, 256 * MIB) == 2
    assert swept
    assert lake.offsets("silver") == GOOD


@pytest.mark.parametrize(
    ("step", "table"), [("before-load", "bronze"), ("before-append", "quarantine"), ("before-load", "silver")]
)
def test_a_writer_whose_table_is_partitioned_otherwise_meanwhile_writes_its_files_anew(
    lake: SmallLake, step: str, table: str
) -> None:
    assert lake.write(2)
    assert lake.write(EVENTS, once_it_writes(step, table, lambda: lake.repartition(table)))
    assert_found_by_partition(lake, table, ROWS[table])


def once_it_writes(step: str, table: str, then: Callable[[], object]) -> Reach:
    """At a step after the files of a table were written."""
    is_written: list[bool] = []
    act = once(f"{step}-{table}", then)

    def reach(name: str) -> None:
        if name == f"after-write-files-{table}":
            is_written.append(True)
        if is_written:
            act(name)

    return reach


def test_a_replay_whose_table_is_partitioned_otherwise_meanwhile_writes_its_files_anew(lake: SmallLake) -> None:
    lake.registered, registered = frozenset(), lake.registered
    assert lake.write(EVENTS)
    lake.registered = registered
    lake.replay("r", once("before-append-silver", lambda: lake.repartition("silver")))
    assert_found_by_partition(lake, "silver", GOOD)


@pytest.mark.parametrize("step", ["after-merge", "before-swap"])
def test_a_compaction_whose_table_is_partitioned_otherwise_meanwhile_writes_its_file_anew(
    lake: SmallLake, step: str
) -> None:
    for end in range(2, EVENTS + 1, 2):
        assert lake.write(end)
    upkeep = lake.upkeep("bronze", once(f"{step}-bronze", lambda: lake.repartition("bronze")))
    assert upkeep.compact(64 * MIB, 256 * MIB) == 2
    assert_found_by_partition(lake, "bronze", EVERY)


def test_a_table_partitioned_by_more_than_columns_is_refused_by_name(lake: SmallLake) -> None:
    with lake.catalog.load_table("silver.orders").update_spec() as spec:
        spec.add_field("partition", "bucket[4]", "by_bucket")
    with pytest.raises(PipelineError, match="partitioned by by_bucket, bucket"):
        lake.write(EVENTS)
