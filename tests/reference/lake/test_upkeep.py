"""Compaction and the sweeping of orphans on a real table, beside others that commit meanwhile."""

from copy import copy
from datetime import date, timedelta
from typing import Any

import pytest
from pyiceberg.manifest import DataFile

from reference.contract.decoding import DecodeContract
from reference.errors import PipelineError
from reference.lake.expiry import MIN_SNAPSHOTS, expire
from reference.lake.pin_store import object_path
from reference.protocol.pins import Pin, PinnedDecode, pin_key, pin_value
from tests.reference.lake.bronze import MIB, TOPIC_ID, Bronze, grow_old, once
from tests.reference.lake.row_deletes import delete_rows


def test_small_files_become_one_and_rows_and_offsets_stay(bronze: Bronze) -> None:
    for _ in range(5):
        bronze.append(2)
    assert len(bronze.files()) == 5
    snapshots = len(bronze.catalog.load_table("bronze.orders").metadata.snapshots)
    assert bronze.upkeep().compact(64 * MIB, 256 * MIB) == 4
    assert len(bronze.files()) == 1
    assert bronze.offsets() == list(range(10))
    table = bronze.catalog.load_table("bronze.orders")
    assert len(table.metadata.snapshots) == snapshots + 1
    assert bronze.handle().load().next == {0: 10}
    assert bronze.upkeep().compact(64 * MIB, 256 * MIB) == 0


def test_an_append_in_between_is_kept_and_the_swap_lands_on_top_of_it(bronze: Bronze) -> None:
    for _ in range(3):
        bronze.append()
    interfere = once("before-swap-bronze", bronze.append)
    assert bronze.upkeep(interfere).compact(64 * MIB, 256 * MIB) == 2
    assert bronze.offsets() == [0, 1, 2, 3]
    assert len(bronze.files()) == 2


def test_of_two_compactions_one_gives_up_and_no_row_is_there_twice(bronze: Bronze) -> None:
    for _ in range(3):
        bronze.append()
    other: list[int] = []
    interfere = once("before-swap-bronze", lambda: other.append(bronze.upkeep().compact(64 * MIB, 256 * MIB)))
    assert bronze.upkeep(interfere).compact(64 * MIB, 256 * MIB) == 0
    assert other == [2]
    assert bronze.offsets() == [0, 1, 2]


def test_a_writer_that_meets_a_compaction_goes_on_behind_it(bronze: Bronze) -> None:
    for _ in range(3):
        bronze.append()
    assert bronze.append(before=once("before-append-bronze", lambda: bronze.upkeep().compact(64 * MIB, 256 * MIB)))
    assert bronze.offsets() == [0, 1, 2, 3]


def test_what_nothing_names_is_swept_once_it_is_old_and_all_else_stays(bronze: Bronze) -> None:
    bronze.append(3)
    orphan = {file.file_path for file in bronze.write(3, 5)}
    assert bronze.upkeep().sweep() == ()
    grow_old(bronze)
    young = {file.file_path for file in bronze.write(5, 7)}
    kept = bronze.objects() - orphan
    assert set(bronze.upkeep().orphans()) == orphan
    assert set(bronze.upkeep().sweep()) == orphan
    assert kept | young <= bronze.objects()
    assert not orphan & bronze.objects()
    assert bronze.offsets() == [0, 1, 2]


def test_a_pin_that_bronze_names_stays_and_one_that_is_spent_goes(bronze: Bronze) -> None:
    decode = PinnedDecode(DecodeContract("d/1", frozenset(), date(2018, 1, 1)), {})
    named, spent = bronze.pins.put(decode), bronze.pins.put(decode)
    table = bronze.handle()
    table.load()
    table.append((), {pin_key(TOPIC_ID, 0, 0): pin_value(Pin(0, 5, named))})
    grow_old(bronze)
    swept = bronze.upkeep().sweep()
    assert f"s3://{object_path('olist-data-lake-bronze', spent)}" in swept
    assert bronze.pins.get(named) == decode


@pytest.mark.slow
def test_metadata_stays_small_however_many_commits_there_were(bronze: Bronze) -> None:
    for _ in range(2):
        for _ in range(MIN_SNAPSHOTS):
            bronze.append()
        bronze.upkeep().compact(64 * MIB, 256 * MIB)
        expire(bronze.catalog, "bronze.orders", timedelta(0))
    grow_old(bronze)
    bronze.upkeep().sweep()
    table = bronze.catalog.load_table("bronze.orders")
    snapshot = table.current_snapshot()
    assert snapshot is not None
    assert len(snapshot.manifests(table.io)) <= 2
    assert len(table.metadata.snapshots) <= MIN_SNAPSHOTS + 1
    assert bronze.offsets() == list(range(2 * MIN_SNAPSHOTS))
    # Twenty snapshots, each with a list and a manifest of its own, and as many metadata files and data files.
    assert len(bronze.objects()) < 5 * MIN_SNAPSHOTS


def test_a_column_renamed_since_keeps_its_values(bronze: Bronze) -> None:
    for _ in range(3):
        bronze.append()
    with bronze.catalog.load_table("bronze.orders").update_schema() as update:
        update.rename_column("key", "event_key")
    assert bronze.upkeep().compact(64 * MIB, 256 * MIB) == 2
    keys: Any = bronze.catalog.load_table("bronze.orders").scan().to_arrow()["event_key"]
    assert keys.to_pylist() == [b"k"] * 3


def test_a_file_of_which_somebody_has_deleted_rows_stays_and_so_they_are_gone(bronze: Bronze) -> None:
    for _ in range(3):
        bronze.append(2)
    table = bronze.catalog.load_table("bronze.orders")
    touched = next(iter(table.scan().plan_files())).file
    delete_rows(table, touched, [1])
    left = bronze.offsets()
    assert len(left) == 5
    assert bronze.upkeep().compact(64 * MIB, 256 * MIB) == 1
    assert touched.file_path in bronze.files()
    assert bronze.offsets() == left


def spelled(file: DataFile, scheme: str) -> DataFile:
    """The file as a writer names it that calls S3 something else."""
    named = copy(file)
    named._data = [f"{scheme}://{file.file_path.partition('://')[2]}" if v == file.file_path else v for v in file._data]  # noqa: SLF001 - pyiceberg has no way to say it
    return named


def commit_foreign(bronze: Bronze, file: DataFile) -> None:
    table = bronze.handle()
    table.load()
    table.append([file], {})


def test_what_a_foreign_writer_names_in_another_spelling_stays(bronze: Bronze) -> None:
    [file] = bronze.write(0, 1)
    commit_foreign(bronze, spelled(file, "s3a"))
    grow_old(bronze)
    assert file.file_path not in bronze.upkeep().sweep()
    assert file.file_path in bronze.objects()


def test_what_is_named_in_a_spelling_that_nobody_knows_stops_the_sweep(bronze: Bronze) -> None:
    [file] = bronze.write(0, 1)
    commit_foreign(bronze, spelled(file, "gs"))
    with pytest.raises(PipelineError, match="nothing is called an orphan"):
        bronze.upkeep().sweep()


def test_what_a_foreign_writer_commits_after_the_sweeper_has_listed_it_stays(bronze: Bronze) -> None:
    [file] = bronze.write(0, 1)
    grow_old(bronze)
    swept = bronze.upkeep(once("before-fence-bronze", lambda: commit_foreign(bronze, file))).sweep()
    assert file.file_path not in swept
    assert bronze.offsets() == [0]
