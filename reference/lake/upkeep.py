"""Keeps one table in order: puts small files together and removes orphans, by the protocol's own programs.

Safe to repeat, to kill, and to run beside writers and beside itself.
"""

import email.utils
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from pyarrow.fs import FileSystem
from pyiceberg.expressions import AlwaysTrue
from pyiceberg.io.pyarrow import ArrowScan
from pyiceberg.manifest import DataFile, ManifestFile

from reference.errors import PipelineError
from reference.lake.catalog import open_catalog
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.manifest_cache import CachingFileIO
from reference.lake.pin_store import FOLDER as PINS
from reference.lake.pin_store import object_path
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings
from reference.protocol.compacting import choose, compact
from reference.protocol.effects import (
    Age,
    Delete,
    Effect,
    Fence,
    ListObjects,
    LiveFile,
    Load,
    LoadFiles,
    LookFor,
    Merge,
    Named,
    Pause,
    StoredObject,
    Swap,
    Table,
    TableFiles,
)
from reference.protocol.offsets import grace_s
from reference.protocol.performing import perform
from reference.protocol.pins import PIN_PREFIX, parse_pin
from reference.protocol.sweeping import orphans, sweep

if TYPE_CHECKING:
    from pyiceberg.table import FileScanTask

SUMMARY = {"keystone.upkeep": "compaction"}
REQUESTS_AT_ONCE = 8
DELETES_AT_ONCE = 1_000
S3_SCHEMES = {"s3", "s3a", "s3n"}
CLOCK_STEP_S = 1.0
"""The store tells times in whole seconds."""


@contextmanager
def open_upkeeps(
    settings: LakeSettings,
    names: Sequence[Table],
    reach: Callable[[str], None],
    pause: Callable[[int], None],
    boot_s: Callable[[], float],
) -> "Iterator[dict[Table, Upkeep]]":
    """The upkeep of some tables; for the arguments see Upkeep."""
    catalog, store = open_catalog(settings), open_store(settings)
    # It looks at the same manifests again and again, and the less time that takes, the sooner a commit lands.
    io = CachingFileIO(catalog.properties)
    s3 = boto3.client(**settings.client_arguments("s3"))
    with ThreadPoolExecutor(REQUESTS_AT_ONCE, "upkeep") as executor:
        yield {
            name: Upkeep(
                name=name,
                # Which topic is all the same to it.
                table=IcebergTable(catalog, LAYOUTS[name].identifier, topic="", io=io),
                s3=s3,
                store=store,
                executor=executor,
                reach=reach,
                pause=pause,
                boot_s=boot_s,
            )
            for name in names
        }


class Upkeep:
    """Upkeep of one table.

    Args:
        reach: called with the name of each failpoint that the work comes to.
        pause: called with the number of a try that did not land, before the next.
        boot_s: a clock in seconds that goes on while the machine sleeps, to tell how old a file is.
    """

    def __init__(
        self,
        name: Table,
        table: IcebergTable,
        s3: Any,
        store: FileSystem,
        executor: ThreadPoolExecutor,
        reach: Callable[[str], None],
        pause: Callable[[int], None],
        boot_s: Callable[[], float],
    ) -> None:
        self._name = name
        self._table = table
        self._bucket = table.table.location().removeprefix("s3://").partition("/")[0]
        self._s3 = s3
        self._store = store
        self._executor = executor
        self._files = PartitionedFiles(store, executor)
        self._reach = reach
        self._pause = pause
        self._boot_s = boot_s
        self._live: dict[str, FileScanTask] = {}
        self._merged: list[DataFile] = []
        self._began_s = 0.0

    def compact(self, target_bytes: int, max_bytes: int) -> int:
        """Put small files of a folder together; return how many are gone.

        Args:
            target_bytes: no file grows beyond; those of half of it are left alone.
            max_bytes: so much is rewritten at the most, but for one group of files.
        """
        files = self.do(LoadFiles(self._name))
        groups = choose(files.live, target_bytes, max_bytes)
        if not groups or not perform(compact(self._name, groups), self.do, self._reach):
            return 0
        return sum(map(len, groups)) - len(groups)

    def orphans(self) -> tuple[str, ...]:
        """The paths of what a sweep would remove now."""
        return perform(orphans(self._name), self.do, self._reach)

    def sweep(self) -> tuple[str, ...]:
        """Remove orphans; return their paths."""
        return perform(sweep(self._name), self.do, self._reach)

    def do(self, effect: Effect) -> Any:  # noqa: C901, PLR0911 - one case for each effect
        """Do one effect; return its answer."""
        match effect:
            case Load():
                return self._table.load()
            case LoadFiles():
                return self._load_files()
            case Merge(_, groups):
                self._began_s = self._boot_s()
                self._merged = [file for group in groups for file in self._merge(group)]
            case Age():
                return self._boot_s() - self._began_s if self._table.takes(self._merged) else math.inf
            case Swap(_, inputs):
                self._table.swap([self._live[path].file for path in inputs], self._merged, SUMMARY)
            case Fence():
                self._table.append((), {})
            case LookFor(_, snapshot_id):
                return self._table.has_snapshot(snapshot_id)
            case ListObjects():
                return tuple(self._list_objects())
            case Named():
                return frozenset(map(self._as_listed, self._named()))
            case Delete(_, paths):
                self._delete(paths)
            case Pause(attempt):
                self._pause(attempt)
            case _:
                raise TypeError(f"upkeep does not {effect}")
        return None

    def _load_files(self) -> TableFiles:
        self._table.load()
        table = self._table.table
        # Files of which somebody has deleted rows are left to whoever did.
        self._live = {task.file.file_path: task for task in table.scan().plan_files() if not task.delete_files}
        live = (LiveFile(p, p.rpartition("/")[0], t.file.file_size_in_bytes) for p, t in self._live.items())
        return TableFiles(tuple(live), grace_s(table.properties))

    def _merge(self, group: tuple[str, ...]) -> list[DataFile]:
        """One file with the rows of these, by today's names of their columns."""
        table = self._table.table
        scan = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue())
        rows = scan.to_table([self._live[path] for path in group]).cast(table.schema().as_arrow())
        wanted = sum(self._live[path].file.record_count for path in group)
        if rows.num_rows != wanted:
            raise PipelineError(f"{', '.join(group)}: {rows.num_rows} rows were read, the table says {wanted}")
        return self._files.write(table.metadata, rows)

    def _list_objects(self) -> Iterator[StoredObject]:
        """What lies in the table's folder, and with bronze the pins."""
        folder = self._table.table.location().removeprefix(f"s3://{self._bucket}/")
        for prefix in (folder, PINS) if self._name == "bronze" else (folder,):
            yield from self._list_folder(prefix)

    def _list_folder(self, folder: str) -> Iterator[StoredObject]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{folder}/"):
            now = email.utils.parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"])
            for stored in page.get("Contents", ()):
                age_s = (now - stored["LastModified"]).total_seconds() - CLOCK_STEP_S
                yield StoredObject(f"s3://{self._bucket}/{stored['Key']}", age_s)

    def _named(self) -> Iterator[str]:
        self._table.load()
        table = self._table.table
        yield table.metadata_location
        yield from (entry.metadata_file for entry in table.metadata.metadata_log)
        manifests: dict[str, ManifestFile] = {}
        for snapshot in table.snapshots():
            yield snapshot.manifest_list
            manifests |= {manifest.manifest_path: manifest for manifest in snapshot.manifests(table.io)}
        yield from manifests
        statistics = (*table.metadata.statistics, *table.metadata.partition_statistics)
        yield from (file.statistics_path for file in statistics)
        for entries in self._executor.map(lambda manifest: manifest.fetch_manifest_entry(table.io), manifests.values()):
            yield from (entry.data_file.file_path for entry in entries)
        for key, value in table.properties.items():
            if key.startswith(PIN_PREFIX):
                yield f"s3://{object_path(self._bucket, parse_pin(0, value).name)}"

    def _as_listed(self, path: str) -> str:
        """A path as this store spells it: other writers of the table may say s3a or s3n."""
        scheme, _, rest = path.partition("://")
        if scheme not in S3_SCHEMES:
            raise PipelineError(f"{path}: the table names a file of an unknown kind, so nothing is called an orphan")
        return f"s3://{rest}"

    def _delete(self, paths: tuple[str, ...]) -> None:
        keys = [{"Key": path.removeprefix(f"s3://{self._bucket}/")} for path in paths]
        for first in range(0, len(keys), DELETES_AT_ONCE):
            answer = self._s3.delete_objects(
                Bucket=self._bucket, Delete={"Objects": keys[first : first + DELETES_AT_ONCE], "Quiet": True}
            )
            if failed := answer.get("Errors"):
                # As of any request that S3 refuses, the next try may do.
                raise OSError(f"{len(failed)} orphans could not be removed, the first: {failed[0]}")
