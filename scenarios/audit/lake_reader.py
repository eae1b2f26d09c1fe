"""Reads the lake back as any other reader would: through the catalog, with none of the writer's code."""

import functools
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError
from pyarrow.fs import S3FileSystem
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
from pyiceberg.table import Table

from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints


class UnknownTable(TargetError):
    """The catalog has no such table; the text lists those it has."""


BATCH_ROWS = 4_096

SMALL_FILE_BYTES = 64 * 2**20
"""Files up to this size are fetched in one request and held whole while they are gone through."""

FETCHERS = 2
FETCHED_AHEAD_BYTES = 4 * 2**20
"""Files are fetched while one is gone through, small ones two at a time: a request is mostly waiting. Of those beyond
this size, one at a time: each is held whole."""


@contextmanager
def lake_errors() -> Iterator[None]:
    """Turns the store's and the catalog's errors into one that a person can read."""
    try:
        yield
    except (BotoCoreError, ClientError, OSError, ValueError) as error:
        raise TargetError(
            f"the lake cannot be read: {error}; of an embedded stack `keystone status` says more"
        ) from error


@dataclass(frozen=True)
class LakeFile:
    """A data file of a table's current snapshot."""

    path: str
    rows: int
    bytes: int
    partition: str


@dataclass(frozen=True)
class TableSize:
    """Of a table's current snapshot: rows, and bytes of data files."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class TableSummary:
    """A table's size, by its current snapshot."""

    name: str
    location: str
    metadata_location: str
    snapshots: int
    files: int
    rows: int
    bytes: int


@dataclass(frozen=True)
class OpenTable:
    """One snapshot of a table, to be gone through file by file in bounded memory."""

    store: S3FileSystem
    schema: pa.Schema
    files: Sequence[LakeFile]

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        """The rows, some columns, in the table's types, each batch with its file's index in `files`."""
        wanted = pa.schema([self.schema.field(column) for column in columns])
        for number, source in enumerate(self._sources()):
            with source, pq.ParquetFile(source) as parquet:
                for batch in parquet.iter_batches(BATCH_ROWS, columns=list(columns)):
                    yield number, batch.cast(wanted)

    def _sources(self) -> Iterator[pa.NativeFile]:
        ahead: deque[tuple[int, Future[pa.NativeFile]]] = deque()
        with ThreadPoolExecutor(FETCHERS) as fetchers:
            for file in self.files:
                ahead.append((file.bytes, fetchers.submit(self._fetch, file)))
                while len(ahead) > FETCHERS or sum(size for size, _ in ahead) > FETCHED_AHEAD_BYTES:
                    yield ahead.popleft()[1].result()
            for _, fetched in ahead:
                yield fetched.result()

    def _fetch(self, file: LakeFile) -> pa.NativeFile:
        source = self.store.open_input_file(file.path.removeprefix("s3://"))
        if file.bytes > SMALL_FILE_BYTES:
            return source
        with source:
            return pa.BufferReader(source.read_buffer(file.bytes))


class LakeReader:
    """The tables of one catalog. Every call reads the catalog anew."""

    def __init__(self, endpoints: Endpoints) -> None:
        s3 = endpoints.s3
        properties: dict[str, Any] = {
            "glue.endpoint": endpoints.aws,
            "glue.region": s3.region,
            "glue.access-key-id": s3.access_key,
            "glue.secret-access-key": s3.secret_key,
            "s3.endpoint": s3.endpoint,
            "s3.region": s3.region,
            "s3.access-key-id": s3.access_key,
            "s3.secret-access-key": s3.secret_key,
        }
        self._catalog = GlueCatalog("audit", **{name: value for name, value in properties.items() if value is not None})
        scheme, _, host = (s3.endpoint or "").partition("://")
        options: dict[str, Any] = {"endpoint_override": host, "scheme": scheme} if host else {}
        self._store = S3FileSystem(region=s3.region, access_key=s3.access_key, secret_key=s3.secret_key, **options)

    def names(self) -> list[str]:
        """All tables, as `database.table`."""
        return sorted(
            ".".join(table)
            for namespace in self._catalog.list_namespaces()
            for table in self._catalog.list_tables(namespace)
        )

    def summary(self, name: str) -> TableSummary:
        """A table's size."""
        table = self._load(name)
        files = self._files(table)
        return TableSummary(
            name=".".join(table.name()),
            location=table.location(),
            metadata_location=table.metadata_location,
            snapshots=len(table.metadata.snapshots),
            files=len(files),
            rows=sum(file.rows for file in files),
            bytes=sum(file.bytes for file in files),
        )

    def files(self, name: str) -> list[LakeFile]:
        """A table's data files, by path."""
        return self._files(self._load(name))

    def rows(self, name: str, columns: Sequence[str]) -> pa.Table:
        """All rows of a table, some columns."""
        table = self._load(name)
        schema = table.schema().as_arrow()
        wanted = pa.schema([schema.field(column) for column in columns])
        return self._dataset(self._files(table), schema).to_table(columns=list(columns)).cast(wanted)

    def sizes(self, names: Sequence[str]) -> dict[str, TableSize]:
        """How large tables are, as their snapshots say: no data file is looked at."""
        return {name: self._size(self._load(name)) for name in names}

    def _size(self, table: Table) -> TableSize:
        snapshot = table.current_snapshot()
        if snapshot is None or snapshot.summary is None:
            return TableSize(0, 0)
        return TableSize(int(snapshot.summary["total-records"] or 0), int(snapshot.summary["total-files-size"] or 0))

    def versions(self) -> dict[str, str]:
        """Each table's current metadata file: another one after each commit."""
        return {name: self._load(name).metadata_location for name in self.names()}

    def open(self, name: str, rows: str = "true") -> OpenTable:
        """A table's current snapshot, without the files that by their statistics have none of the `rows`, a filter
        in Iceberg's words."""
        table = self._load(name)
        return OpenTable(self._store, table.schema().as_arrow(), self._files(table, rows))

    def dataset(self, name: str) -> ds.Dataset:
        """A table's current snapshot as one data set."""
        table = self._load(name)
        return self._dataset(self._files(table), table.schema().as_arrow())

    def head(self, name: str, count: int) -> pa.Table:
        """Some rows of a table, all columns, from as few files as hold them."""
        table = self._load(name)
        files, rows = [], 0
        for file in self._files(table):
            if rows >= count:
                break
            files.append(file)
            rows += file.rows
        return self._dataset(files, table.schema().as_arrow()).head(count)

    def _load(self, name: str) -> Table:
        """The table `database.table`, or the only one of a database.

        Raises:
            UnknownTable: there is none of that name.
        """
        full = name if "." in name else next((n for n in self.names() if n.startswith(f"{name}.")), None)
        if full is None:
            raise self._unknown(name)
        try:
            return self._catalog.load_table(full)
        except (NoSuchTableError, NoSuchNamespaceError):
            raise self._unknown(name) from None

    def _unknown(self, name: str) -> UnknownTable:
        return UnknownTable(f"no table {name!r}; the catalog has {', '.join(self.names()) or 'none'}")

    def _files(self, table: Table, rows: str = "true") -> list[LakeFile]:
        files = []
        for task in table.scan(row_filter=rows).plan_files():
            if task.delete_files:
                raise TargetError(f"{task.file.file_path} has row-level deletes, which are not read here")
            spec = table.specs()[task.file.spec_id]
            partition = "/".join(f"{f.name}={v}" for f, v in zip(spec.fields, iter(task.file.partition), strict=True))
            files.append(LakeFile(task.file.file_path, task.file.record_count, task.file.file_size_in_bytes, partition))
        return sorted(files, key=lambda file: file.path)

    def _dataset(self, files: Sequence[LakeFile], schema: pa.Schema) -> ds.Dataset:
        """The files as one data set; their sizes are known, which saves a request for each."""
        file_format = ds.ParquetFileFormat()
        make = functools.partial(file_format.make_fragment, filesystem=self._store)
        fragments = [make(file.path.removeprefix("s3://"), file_size=file.bytes) for file in files]
        return ds.FileSystemDataset(fragments, schema, file_format, self._store)
