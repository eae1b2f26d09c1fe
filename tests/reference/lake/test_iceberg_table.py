"""Commits to a real Iceberg table: refused, cut, repeated; with the controls that show what would happen otherwise."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.manifest import DataFile
from pyiceberg.table import Transaction

from reference.contract.headers import RecordHeaders
from reference.decode.decoder import open_envelope
from reference.decode.records import Record
from reference.errors import CommitRefused, CommitUnknown, SilentRetries
from reference.lake import iceberg_table as iceberg_module
from reference.lake.catalog import NO_RETRIES, NUM_RETRIES, open_catalog
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.settings import LakeSettings
from reference.protocol.effects import Age, Append, Effect, Load, LookFor
from reference.protocol.offsets import Range, next_offset_properties, registration_properties
from reference.protocol.performing import perform
from reference.protocol.writing import commit as commit_program
from reference.writer.rows import bronze_rows
from tests.http_proxy import glue_proxy

TOPIC, TOPIC_ID = "orders", "T1"
MakeTable = Callable[[], IcebergTable]


@pytest.fixture
def make_table(catalog: GlueCatalog) -> MakeTable:
    """Bronze with one partition registered at offset 0; each call is another writer's own handle."""
    table = IcebergTable(catalog, "bronze.orders", TOPIC)
    table.load()
    table.append((), registration_properties(TOPIC, TOPIC_ID, 1, {0: 0}))
    return lambda: IcebergTable(catalog, "bronze.orders", TOPIC)


def write_rows(aws: LakeSettings, table: IcebergTable, first: int, end: int) -> list[DataFile]:
    records = [Record(0, offset, b"k", b"v", RecordHeaders(received_ns=1), 0) for offset in range(first, end)]
    rows = bronze_rows(TOPIC_ID, records, [open_envelope(r) for r in records])
    with ThreadPoolExecutor(1) as executor:
        return PartitionedFiles(open_store(aws), executor).write(table.table.metadata, rows)


def commit(table: IcebergTable, end: int, files: list[DataFile]) -> bool:
    """Commit ready-made files of offsets 0 up to `end` by the protocol."""

    def do(effect: Effect) -> Any:
        match effect:
            case Load():
                return table.load()
            case LookFor(_, snapshot_id):
                return table.has_snapshot(snapshot_id)
            case Append(_, _, properties):
                return table.append(files, properties)
            case Age():
                return 0.0
        return None

    program = commit_program(TOPIC_ID, "bronze", (Range(0, 0, end),), ())
    return perform(program, do, reach=lambda _name: None)


def offsets_in(catalog: GlueCatalog) -> list[int]:
    column: Any = catalog.load_table("bronze.orders").scan().to_arrow()["offset"]
    return sorted(column.to_pylist())


def test_a_commit_adds_rows_and_moves_the_offset_in_one_snapshot(
    aws: LakeSettings, catalog: GlueCatalog, make_table: MakeTable
) -> None:
    table = make_table()
    table.load()
    before = len(table.table.metadata.snapshots)
    assert commit(table, 3, write_rows(aws, table, 0, 3))
    assert offsets_in(catalog) == [0, 1, 2]
    assert make_table().load().next == {0: 3}
    assert len(catalog.load_table("bronze.orders").metadata.snapshots) == before + 1


def test_a_commit_says_in_its_snapshot_what_it_was_told_to(aws: LakeSettings, make_table: MakeTable) -> None:
    table = make_table()
    table.load()
    table.append(write_rows(aws, table, 0, 3), {}, summary={"keystone.ranges": "[[0, 0, 3, 3]]"})
    table.load()
    [_registration, (timestamp_ms, summary)] = table.newest_summaries(5)
    assert (timestamp_ms > 0, summary["keystone.ranges"]) == (True, "[[0, 0, 3, 3]]")
    assert int(summary["added-files-size"]) > 0
    assert table.newest_summaries(1) == [(timestamp_ms, summary)]


def test_files_lie_in_a_folder_for_each_day(aws: LakeSettings, make_table: MakeTable) -> None:
    [file] = write_rows(aws, make_table(), 0, 1)
    assert file.file_path.startswith("s3://olist-data-lake-bronze/orders/year=1970/month=1/day=1/")
    assert file.file_path.endswith(".parquet")


def test_a_stale_handle_is_refused_and_the_offset_stays(make_table: MakeTable) -> None:
    stale, quick = make_table(), make_table()
    stale.load()
    quick.load()
    quick.append((), next_offset_properties(TOPIC_ID, [Range(0, 0, 20)]))
    with pytest.raises(CommitRefused):
        stale.append((), next_offset_properties(TOPIC_ID, [Range(0, 0, 15)]))
    assert make_table().load().next == {0: 20}


def test_control_a_stale_handle_is_let_in_by_pyicebergs_own_retries(
    aws: LakeSettings, catalog: GlueCatalog, make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    with catalog.load_table("bronze.orders").transaction() as transaction:
        transaction.set_properties({NUM_RETRIES: "4"})
    monkeypatch.setattr(iceberg_module, "refuse_silent_retries", lambda _table: None)
    stale, quick = make_table(), make_table()
    for table in (stale, quick):
        table.load()
    quick.append(write_rows(aws, quick, 0, 2), next_offset_properties(TOPIC_ID, [Range(0, 0, 2)]))
    stale.append(write_rows(aws, stale, 0, 2), next_offset_properties(TOPIC_ID, [Range(0, 0, 2)]))
    assert offsets_in(catalog) == [0, 0, 1, 1]


def test_control_a_stale_commit_of_properties_alone_is_not_refused(catalog: GlueCatalog, make_table: MakeTable) -> None:
    stale = catalog.load_table("bronze.orders")
    quick = make_table()
    quick.load()
    quick.append((), next_offset_properties(TOPIC_ID, [Range(0, 0, 20)]))
    stale.transaction().set_properties(next_offset_properties(TOPIC_ID, [Range(0, 0, 15)])).commit_transaction()
    assert make_table().load().next == {0: 15}


def test_refused_files_go_into_the_next_try(aws: LakeSettings, catalog: GlueCatalog, make_table: MakeTable) -> None:
    table = make_table()
    table.load()
    files = write_rows(aws, table, 0, 2)
    interfered: list[bool] = []

    class Slow(IcebergTable):
        def append(self, *arguments: object) -> None:
            if not interfered:
                interfered.append(True)
                other = make_table()
                other.load()
                other.append((), {"somebody": "else"})
            super().append(*arguments)  # type: ignore[arg-type]

    slow = Slow(catalog, "bronze.orders", TOPIC)
    assert commit(slow, 2, files)
    assert interfered
    assert offsets_in(catalog) == [0, 1]


def test_a_commit_whose_reply_is_cut_leaves_the_table_whole_and_the_batch_in_it_once(
    aws: LakeSettings, catalog: GlueCatalog, make_table: MakeTable
) -> None:
    files = write_rows(aws, make_table(), 0, 2)
    with glue_proxy(aws, {1: "reply"}) as (endpoint, cut):
        table = IcebergTable(_catalog_by_way_of(aws, endpoint, NO_RETRIES), "bronze.orders", TOPIC)
        assert commit(table, 2, files)
    assert cut == {1}
    assert offsets_in(catalog) == [0, 1]


def test_a_cut_reply_is_reported_as_unknown_with_the_snapshot_to_look_for(
    aws: LakeSettings, make_table: MakeTable
) -> None:
    with glue_proxy(aws, {1: "reply"}) as (endpoint, _cut):
        table = IcebergTable(_catalog_by_way_of(aws, endpoint, NO_RETRIES), "bronze.orders", TOPIC)
        table.load()
        with pytest.raises(CommitUnknown) as caught:
            table.append((), {"some": "property"})
    assert make_table().has_snapshot(caught.value.snapshot_id)


def test_control_a_client_that_repeats_the_cut_commit_tears_the_table(
    aws: LakeSettings, catalog: GlueCatalog, make_table: MakeTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iceberg_module, "refuse_silent_retries", lambda _table: None)
    files = write_rows(aws, make_table(), 0, 2)
    with glue_proxy(aws, {1: "reply"}) as (endpoint, _cut):
        retrying = _catalog_by_way_of(aws, endpoint, Config(retries={"max_attempts": 3, "mode": "standard"}))
        table = IcebergTable(retrying, "bronze.orders", TOPIC)
        table.load()
        with pytest.raises(CommitRefused):
            table.append(files, next_offset_properties(TOPIC_ID, [Range(0, 0, 2)]))
    with pytest.raises(FileNotFoundError):
        offsets_in(catalog)


def _catalog_by_way_of(aws: LakeSettings, endpoint: str, config: Config) -> GlueCatalog:
    """The catalog, with Glue (and not S3) reached through `endpoint`."""
    catalog = open_catalog(aws)
    catalog.glue = boto3.client(config=config, **aws.client_arguments("glue") | {"endpoint_url": endpoint})
    return catalog


def test_the_guard_against_retries_stands_in_every_load(catalog: GlueCatalog, make_table: MakeTable) -> None:
    with catalog.load_table("bronze.orders").transaction() as transaction:
        transaction.remove_properties(NUM_RETRIES)
    with pytest.raises(SilentRetries):
        make_table().load()


def test_metadata_that_is_derived_once_is_what_pyiceberg_derives_each_time(
    make_table: MakeTable, aws: LakeSettings
) -> None:
    table = make_table()
    files = write_rows(aws, table, 0, 3)
    transaction = iceberg_module._Transaction(table.table)  # noqa: SLF001 - what append and swap are made with

    def agree() -> bool:
        plain: property = Transaction.table_metadata  # type: ignore[assignment]
        return plain.fget is not None and bool(transaction.table_metadata == plain.fget(transaction))

    assert agree()
    with transaction.update_snapshot().fast_append() as snapshot:
        for file in files:
            snapshot.append_data_file(file)
    assert agree()
    assert transaction.table_metadata.current_snapshot_id != table.table.metadata.current_snapshot_id
    transaction.set_properties({"a": "1"})
    assert agree()
    assert transaction.table_metadata.properties["a"] == "1"
    transaction.remove_properties("a")
    assert agree()
    assert "a" not in transaction.table_metadata.properties


@pytest.mark.slow
def test_manifests_stay_few_however_many_commits_there_are(make_table: MakeTable, aws: LakeSettings) -> None:
    table = make_table()
    for end in range(1, 60):
        table.load()
        table.append(write_rows(aws, table, end - 1, end), {})
    table.load()
    head = table.table.current_snapshot()
    assert head is not None
    assert len(head.manifests(table.table.io)) <= 20
    rows = table.table.scan().to_arrow()
    assert (rows.num_rows, set(rows["offset"].to_pylist())) == (59, set(range(59)))
