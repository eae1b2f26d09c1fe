"""Three real tables and all that works on them, in this process, which a test stops at any step to act meanwhile."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import boto3
from pyiceberg.catalog.glue import GlueCatalog

from reference.clock import boot_clock, utc_clock
from reference.contract import wire
from reference.contract.headers import RecordHeaders
from reference.decode.python_decoder import PythonDecoder
from reference.decode.records import Record
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.pin_store import PinStore
from reference.lake.settings import LakeSettings
from reference.lake.upkeep import Upkeep
from reference.protocol.decisions import COMMIT_ORDER
from reference.protocol.effects import ListObjects, Table
from reference.protocol.offsets import ORPHAN_GRACE
from reference.state.batch_entry import BatchEntry
from reference.writer.cutting import cut_batch
from reference.writer.decoding import BatchDecoder, tomorrow
from reference.writer.flush import Flusher
from reference.writer.kafka_topic import TopicIdentity
from reference.writer.rebuilding import Offsets, rebuilt
from reference.writer.registration import register_topic
from reference.writer.replay import Replayer
from reference.writer.window import PartitionBuffer

TOPIC, TOPIC_ID = "orders", "T1"
VERSION = UUID(int=1)
GRACE_S = 2.0
GOOD = b'{"order_id":"o","order_purchase_timestamp":"2018-05-24 10:00:00"}'

Reach = Callable[[str], None]


def go_on(_step: str) -> None:
    """Nothing happens meanwhile."""


class SmallLake:
    """The lake's tables with one partition registered; even offsets are good orders, odd ones are none."""

    def __init__(self, aws: LakeSettings, catalog: GlueCatalog, executor: ThreadPoolExecutor) -> None:
        self._aws, self.catalog, self._executor = aws, catalog, executor
        self._store = open_store(aws)
        self.registered: frozenset[str] = frozenset({str(VERSION)})
        register_topic(self.tables(), TOPIC, TopicIdentity(TOPIC_ID, 1), lambda _: {0: (0, 0)}, go_on, self._pause)
        for table in self.tables().values():
            table.load()
            table.append((), {ORPHAN_GRACE: str(GRACE_S)})

    def tables(self) -> dict[str, IcebergTable]:
        return {name: IcebergTable(self.catalog, f"{name}.orders", TOPIC) for name in COMMIT_ORDER}

    def flusher(self, reach: Reach = go_on, kind: type[Flusher] = Flusher) -> Flusher:
        return kind(
            topic_id=TOPIC_ID,
            writer="w",
            tables=self.tables(),
            files=PartitionedFiles(self._store, self._executor),
            pins=PinStore(self._store, f"{self._aws.bucket_prefix}-bronze"),
            decoder=self._decoder(),
            reach=reach,
            pause=self._pause,
            journal=lambda _entries: None,
            now_ns=utc_clock(),
            boot_s=boot_clock,
        )

    def write(self, end: int, reach: Reach = go_on, kind: type[Flusher] = Flusher) -> bool:
        """A writer that holds all offsets below `end` writes those that the lake has not."""
        flusher = self.flusher(reach, kind)
        lake = flusher.read_offsets([0])
        buffers = {0: PartitionBuffer(0, [_record(offset) for offset in range(end)])}
        return flusher.flush(cut_batch(buffers, lake), lake)

    def replay(self, replay_id: str, reach: Reach = go_on) -> list[tuple[int, int]]:
        tables, files = self.tables(), PartitionedFiles(self._store, self._executor)
        decoder = self._decoder()
        replayer = Replayer(tables["silver"], tables["quarantine"], files, decoder, reach, self._pause, boot_clock)
        return list(replayer.replay(replay_id))

    def upkeep(self, name: Table, reach: Reach = go_on) -> Upkeep:
        s3 = boto3.client(**self._aws.client_arguments("s3"))
        return Upkeep(name, self.tables()[name], s3, self._store, self._executor, reach, self._pause, boot_clock)

    def offsets(self, name: str, rows: str = "true") -> list[int]:
        """The offsets of a table's rows, of some by a filter in Iceberg's words."""
        column: Any = self.catalog.load_table(f"{name}.orders").scan(rows).to_arrow()["offset"]
        return sorted(column.to_pylist())

    def rebuilt(self, name: str, journaled: Sequence[Offsets] = ()) -> list[BatchEntry]:
        return rebuilt(name, self.tables()[name], self._store, journaled)

    def repartition(self, name: str) -> None:
        """Partition a table by Kafka's partition from now on, and by nothing else."""
        with self.catalog.load_table(f"{name}.orders").update_spec() as spec:
            for field in self.catalog.load_table(f"{name}.orders").spec().fields:
                spec.remove_field(field.name)
            spec.add_identity("partition")

    def grow_old(self, name: Table) -> None:
        """Wait until all that is there of a table now is older than its grace, by the store's own clock."""
        deadline = time.monotonic() + 30
        while min(stored.age_s for stored in self.upkeep(name).do(ListObjects(name))) <= GRACE_S:
            assert time.monotonic() < deadline, "the store's clock stands still"
            time.sleep(0.2)

    def _decoder(self) -> BatchDecoder:
        return BatchDecoder(PythonDecoder(), lambda versions: self.registered & frozenset(versions), tomorrow)

    def _pause(self, _attempt: int) -> None:
        """Nobody else is busy here."""


def _record(offset: int) -> Record:
    payload = b"{" if offset % 2 else GOOD
    headers = RecordHeaders("p", offset, received_ns=1_527_156_000_000_000_000)
    return Record(0, offset, b"k", wire.encode(VERSION, payload), headers, 1_527_156_000_000)


def once(step: str, then: Callable[[], object]) -> Reach:
    """Does something when a failpoint is reached for the first time."""
    waiting = [then]

    def reach(name: str) -> None:
        if name == step and waiting:
            waiting.pop()()

    return reach
