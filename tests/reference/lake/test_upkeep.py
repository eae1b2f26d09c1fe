"""Compaction and the sweeping of orphans on a real table, beside others that commit meanwhile."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import boto3
import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.clock import boot_clock
from reference.contract.decoding import DecodeContract
from reference.contract.headers import RecordHeaders
from reference.decode.decoder import open_envelope
from reference.decode.records import Record
from reference.lake.expiry import MIN_SNAPSHOTS, expire
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.pin_store import PinStore, object_path
from reference.lake.settings import LakeSettings
from reference.lake.upkeep import Upkeep
from reference.protocol.effects import Age, Append, Effect, ListObjects, Load, LookFor, WriteFiles
from reference.protocol.offsets import ORPHAN_GRACE, Range, registration_properties
from reference.protocol.performing import perform
from reference.protocol.pins import Pin, PinnedDecode, pin_key, pin_value
from reference.protocol.writing import commit
from reference.writer.rows import bronze_rows

TOPIC, TOPIC_ID = "orders", "T1"
MIB = 2**20
GRACE_S = 2.0


class Bronze:
    """Bronze with one partition registered at offset 0."""

    def __init__(self, aws: LakeSettings, catalog: GlueCatalog, executor: ThreadPoolExecutor) -> None:
        self.aws, self.catalog, self.executor = aws, catalog, executor
        self.store = open_store(aws)
        self.pins = PinStore(self.store, "olist-data-lake-bronze")
        self.next = 0
        table = self.handle()
        table.load()
        table.append((), registration_properties(TOPIC, TOPIC_ID, 1, {0: 0}) | {ORPHAN_GRACE: str(GRACE_S)})

    def handle(self) -> IcebergTable:
        return IcebergTable(self.catalog, "bronze.orders", TOPIC)

    def upkeep(self, before: Callable[[str], None] = lambda _step: None) -> Upkeep:
        s3 = boto3.client(**self.aws.client_arguments("s3"))
        return Upkeep("bronze", self.handle(), s3, self.store, self.executor, before, lambda _try: None, boot_clock)

    def write(self, first: int, end: int) -> Any:
        records = [Record(0, o, b"k", b"v", RecordHeaders(received_ns=1), 0) for o in range(first, end)]
        rows = bronze_rows(TOPIC_ID, records, [open_envelope(r) for r in records])
        table = self.handle()
        table.load()
        return PartitionedFiles(self.store, self.executor).write(table.table.metadata, rows)

    def append(self, count: int = 1, before: Callable[[str], None] = lambda _step: None) -> bool:
        """Commit so many more rows by the protocol."""
        table, ages, written = self.handle(), {}, {}
        ranges = (Range(0, self.next, self.next + count),)

        def do(effect: Effect) -> Any:
            match effect:
                case WriteFiles():
                    ages["began"] = boot_clock()
                    written["files"] = self.write(ranges[0].first, ranges[0].end)
                case Load():
                    return table.load()
                case Age():
                    return boot_clock() - ages["began"]
                case Append(_, _, properties, removals):
                    return table.append(written["files"], properties, removals)
                case LookFor(_, snapshot_id):
                    return table.has_snapshot(snapshot_id)
            return "pin-name"

        landed = perform(commit(TOPIC_ID, "bronze", ranges, ()), do, before)
        self.next += count
        return landed

    def offsets(self) -> list[int]:
        column: Any = self.catalog.load_table("bronze.orders").scan().to_arrow()["offset"]
        return sorted(column.to_pylist())

    def objects(self) -> set[str]:
        s3: Any = boto3.client(**self.aws.client_arguments("s3"))
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket="olist-data-lake-bronze")
        return {f"s3://olist-data-lake-bronze/{o['Key']}" for page in pages for o in page.get("Contents", ())}

    def files(self) -> set[str]:
        return {task.file.file_path for task in self.catalog.load_table("bronze.orders").scan().plan_files()}


@pytest.fixture
def bronze(aws: LakeSettings, catalog: GlueCatalog) -> Iterator[Bronze]:
    with ThreadPoolExecutor(2) as executor:
        yield Bronze(aws, catalog, executor)


def once(step: str, then: Callable[[], Any]) -> Callable[[str], None]:
    """Does something when a failpoint is reached for the first time."""
    waiting = [then]

    def reach(name: str) -> None:
        if name == step and waiting:
            waiting.pop()()

    return reach


def grow_old(bronze: Bronze) -> None:
    """Wait until all that is there now is older than the grace, by the store's own clock."""
    deadline = time.monotonic() + 30
    while min(stored.age_s for stored in bronze.upkeep().do(ListObjects("bronze"))) <= GRACE_S:
        assert time.monotonic() < deadline, "the store's clock stands still"
        time.sleep(0.2)


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


def test_a_writer_that_slept_through_a_sweep_writes_its_files_anew(bronze: Bronze) -> None:
    swept: list[str] = []

    def sleep_and_sweep() -> None:
        grow_old(bronze)
        swept.extend(bronze.upkeep().sweep())

    assert bronze.append(3, before=once("before-append-bronze", sleep_and_sweep))
    assert any(path.endswith(".parquet") for path in swept)
    assert bronze.offsets() == [0, 1, 2]


def test_control_without_a_look_at_the_age_the_slept_writers_table_cannot_be_read(
    bronze: Bronze, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.protocol.writing.is_too_old", lambda _age_s, _grace_s: False)

    def sleep_and_sweep() -> None:
        grow_old(bronze)
        bronze.upkeep().sweep()

    assert bronze.append(3, before=once("before-append-bronze", sleep_and_sweep))
    with pytest.raises(FileNotFoundError):
        bronze.offsets()


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


def test_metadata_stays_small_however_many_commits_there_were(bronze: Bronze) -> None:
    for _ in range(3):
        for _ in range(MIN_SNAPSHOTS):
            bronze.append()
        bronze.upkeep().compact(64 * MIB, 256 * MIB)
        expire(bronze.catalog, "bronze.orders", timedelta(0))
    grow_old(bronze)
    bronze.upkeep().sweep()
    table = bronze.catalog.load_table("bronze.orders")
    snapshot = table.current_snapshot()
    assert snapshot is not None
    assert len(snapshot.manifests(table.io)) <= 3
    assert len(table.metadata.snapshots) <= MIN_SNAPSHOTS + 1
    assert bronze.offsets() == list(range(3 * MIN_SNAPSHOTS))
    # Twenty snapshots, each with a list and a manifest of its own, and as many metadata files and data files.
    assert len(bronze.objects()) < 5 * MIN_SNAPSHOTS
