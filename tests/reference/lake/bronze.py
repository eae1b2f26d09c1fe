"""A bronze table with a life of its own: rows appended by the protocol, orphans, time."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
from pyiceberg.catalog.glue import GlueCatalog

from reference.clock import boot_clock
from reference.contract.headers import RecordHeaders
from reference.decode.decoder import open_envelope
from reference.decode.records import Record
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.pin_store import PinStore
from reference.lake.settings import LakeSettings
from reference.lake.upkeep import Upkeep
from reference.protocol.effects import Age, Append, Effect, ListObjects, Load, LookFor, WriteFiles
from reference.protocol.offsets import ORPHAN_GRACE, Range, registration_properties
from reference.protocol.performing import perform
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


def once(step: str, then: Callable[[], Any]) -> Callable[[str], None]:
    """Does something when a failpoint is reached for the first time."""
    waiting = [then]

    def reach(name: str) -> None:
        if name == step and waiting:
            waiting.pop()()

    return reach


def grow_old(bronze: Bronze, than_s: float = GRACE_S) -> None:
    """Wait until all that is there now is older than that, by the store's own clock."""
    deadline = time.monotonic() + 30
    while min(stored.age_s for stored in bronze.upkeep().do(ListObjects("bronze"))) <= than_s:
        assert time.monotonic() < deadline, "the store's clock stands still"
        time.sleep(0.2)
