"""Rows of a statement to files of a Hive table. All are made before the first is put; if one cannot be, none stays.

Hive has no commit: who reads meanwhile may see some of the files, and those of a statement that fails until they are
gone again.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from botocore.exceptions import BotoCoreError, ClientError
from pyarrow.fs import FileSystem

from scenarios.targets.embedded.athena.lake.held import release_batch
from scenarios.targets.embedded.athena.lake.hive.formats import PARQUET
from scenarios.targets.embedded.athena.lake.hive.partition_folders import by_partition, folder_of, refuse_many
from scenarios.targets.embedded.athena.lake.objects import Objects
from scenarios.targets.embedded.athena.lake.paths import as_folder
from scenarios.targets.embedded.athena.lake.spool import Spool
from scenarios.targets.embedded.athena.lake.written import Written
from scenarios.targets.embedded.athena.sql.casts import floats
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.types import Type

BUFFERED_BYTES: Final = 32 << 20


@dataclass(frozen=True)
class Target:
    """Where rows go.

    Attributes:
        columns: of the table, the partitions' last.
        keys: how many of them are the partitions'.
        codec: how files are compressed.
        serde: the class that will read them.
    """

    location: str
    columns: Sequence[tuple[str, Type]]
    keys: int
    codec: str
    serde: str = PARQUET

    @property
    def own(self) -> Sequence[tuple[str, Type]]:
        """The columns that are in files."""
        return self.columns[: len(self.columns) - self.keys]


@dataclass
class _Part:
    file: Spool
    waiting: list[pa.RecordBatch] = field(default_factory=list)
    bytes: int = 0


def write_hive(store: FileSystem, objects: Objects, target: Target, batches: Iterable[pa.RecordBatch]) -> Written:
    """Write rows as new files.

    Args:
        batches: all columns in their order, as they are held.

    Raises:
        SqlError: NOT_SUPPORTED, a format; HIVE_TOO_MANY_OPEN_PARTITIONS; HIVE_WRITER_CLOSE_ERROR, the store does not
            take a file.
    """
    if target.serde != PARQUET:
        raise not_supported(f"to write a table that is read by {target.serde}")
    schema = pa.schema([(name, file_type(kind)) for name, kind in target.own])
    parts: dict[tuple[str, ...], _Part] = {}
    rows = 0
    with ExitStack() as stack:
        for batch in batches:
            rows += batch.num_rows
            for texts, some in _split(batch, target):
                if texts not in parts:
                    parts[texts] = _Part(_opened(schema, target, stack, len(parts)))
                parts[texts].waiting.append(release_batch(some, schema))
                parts[texts].bytes += some.nbytes
            while sum(part.bytes for part in parts.values()) > BUFFERED_BYTES:
                _flush(max(parts.values(), key=lambda part: part.bytes), schema)
        folders = {texts: _folder(target, texts) for texts in parts}
        for part in parts.values():
            _flush(part, schema)
        spools = {f"{folders[texts]}{uuid.uuid4()}.parquet": part.file for texts, part in parts.items()}
        _put(store, objects, spools)
    return Written(list(spools), rows, folders if target.keys else {})


def take_back(objects: Objects, files: Sequence[str]) -> None:
    """Delete what a statement has put that fails; what S3 does not delete stays: the statement's failure is told."""
    with suppress(SqlError, ClientError, BotoCoreError):
        objects.delete(files)


def _put(store: FileSystem, objects: Objects, spools: Mapping[str, Spool]) -> None:
    begun: list[str] = []
    try:
        for path, spool in spools.items():
            begun.append(path)
            spool.put(store, path)
    except BaseException:
        take_back(objects, begun)
        raise


def file_type(kind: Type) -> Any:
    """The Arrow type of a column in a file, whose fields have names.

    Raises:
        SqlError: NOT_SUPPORTED, Hive has no such type.
    """
    match kind.kind:
        case "array":
            return pa.list_(file_type(kind.of[0]))
        case "map":
            return pa.map_(file_type(kind.of[0]), file_type(kind.of[1]))
        case "row":
            return pa.struct([(name or "", file_type(part)) for name, part in zip(kind.names, kind.of, strict=True)])
        case "decimal":
            return pa.decimal128(*kind.numbers)
    if kind.kind not in _PLAIN:
        raise not_supported(f"a column of type {kind} in a Hive table")
    return _PLAIN[kind.kind]


_PLAIN: Final[dict[str, pa.DataType]] = {
    "boolean": pa.bool_(),
    "tinyint": pa.int32(),
    "smallint": pa.int32(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "char": pa.string(),
    "varbinary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


def _opened(schema: pa.Schema, target: Target, stack: ExitStack, so_far: int) -> Spool:
    refuse_many(so_far + 1)
    file = Spool(schema, target.codec)
    stack.callback(file.close)
    return file


def _flush(part: _Part, schema: pa.Schema) -> None:
    if part.waiting:
        part.file.write(pa.Table.from_batches(part.waiting, schema))
        part.waiting, part.bytes = [], 0


def _split(batch: pa.RecordBatch, target: Target) -> Iterable[tuple[tuple[str, ...], pa.RecordBatch]]:
    """A batch's rows by partition, without the columns that name it."""
    count = len(target.own)
    rest = batch.select(list(range(count)))
    if not target.keys:
        return [((), rest)]
    keys = zip(batch.columns[count:], target.columns[count:], strict=True)
    return by_partition(rest, [_texts(column, kind) for column, (_, kind) in keys])


def _texts(column: Any, kind: Type) -> "pa.Array[Any]":
    """The values of a partition's column, as Java writes them."""
    if kind.is_float:
        return pa.array(
            [None if value is None else floats.shown(value, kind.kind) for value in column.to_pylist()], pa.string()
        )
    texts: pa.Array[Any] = column.cast(pa.string())
    if pc.any(pc.equal(texts, pa.scalar(""))).as_py():
        raise not_supported("a partition of the empty text")
    return texts


def _folder(target: Target, texts: tuple[str, ...]) -> str:
    return as_folder(target.location) + folder_of([name for name, _ in target.columns[len(target.own) :]], texts)
