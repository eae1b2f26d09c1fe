"""Files of a Hive table as rows: Parquet by row groups, text by lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.expressions import BooleanExpression
from pyiceberg.schema import Schema
from pyiceberg.types import NestedField

from scenarios.targets.embedded.athena.lake.conditions.fitting import fitted
from scenarios.targets.embedded.athena.lake.failures import cannot_read
from scenarios.targets.embedded.athena.lake.held import arrow_schema
from scenarios.targets.embedded.athena.lake.hidden import NAMES, hidden_array
from scenarios.targets.embedded.athena.lake.hive.by_name import hold_by_name
from scenarios.targets.embedded.athena.lake.hive.formats import PARQUET
from scenarios.targets.embedded.athena.lake.hive.lines import line_reader, lines_of
from scenarios.targets.embedded.athena.lake.hive.partitions import Partition
from scenarios.targets.embedded.athena.lake.iceberg.evolution import arrow_of
from scenarios.targets.embedded.athena.lake.iceberg.types import to_iceberg
from scenarios.targets.embedded.athena.lake.objects import StoredObject
from scenarios.targets.embedded.athena.lake.paths import in_store
from scenarios.targets.embedded.athena.lake.reading.footers import Key
from scenarios.targets.embedded.athena.lake.reading.reading import Reading, RowGroups, in_runs, read_row_groups
from scenarios.targets.embedded.athena.lake.reading.row_groups import RowGroupFilter
from scenarios.targets.embedded.athena.sql.arrow_types import arrow_type
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.types import Type
from scenarios.targets.embedded.athena.statement import Usage

CHUNK_BYTES: Final = 4 << 20
LINES: Final = 10_000
"""Of a batch."""

CODECS: Final = {"gz": "gzip", "bz2": "bz2", "zst": "zstd"}
UNKNOWN_CODECS: Final = ("lzo", "snappy", "lz4", "deflate", "zlib")
FLAT: Final = ("boolean", "integer", "bigint", "real", "double", "varchar", "date", "decimal")
"""Kinds by whose statistics row groups are chosen, where a file has the very type."""


@dataclass(frozen=True)
class HiveFile:
    """A file, and the partition that it is in."""

    stored: StoredObject
    partition: Partition


class HiveFiles:
    """The files of one scan.

    Args:
        own: the table's columns that are in its files.
        keys: the names of its partitions' columns.
        shown: the wanted columns, in order.
        parameters: the table's properties.
    """

    def __init__(
        self,
        reading: Reading,
        usage: Usage,
        own: Sequence[tuple[str, Type]],
        keys: Sequence[str],
        shown: Sequence[tuple[str, Type]],
        where: BooleanExpression,
        parameters: Mapping[str, str],
    ) -> None:
        self._reading = reading
        self._usage = usage
        self._own = own
        self._keys = keys
        self._shown = shown
        self._arrow = arrow_schema(shown)
        self._skipped = int(parameters.get("skip.header.line.count", "0"))
        flat = [(name, kind) for name, kind in own if kind.kind in FLAT]
        self._flat = Schema(
            *(NestedField(place, name, to_iceberg(kind, int)) for place, (name, kind) in enumerate(flat, start=1))
        )
        self._filter = RowGroupFilter(self._flat, fitted(where, self._flat))

    def batches(self, files: Iterable[HiveFile]) -> Iterator[pa.RecordBatch]:
        """The rows of files.

        Raises:
            SqlError: NOT_SUPPORTED, a format; HIVE_BAD_DATA, HIVE_CANNOT_OPEN_SPLIT.
        """
        for file in files:
            if file.partition.storage["SerdeInfo"]["SerializationLibrary"] == PARQUET:
                finish = partial(self._finish, file)
                yield from read_row_groups(self._reading, self._usage, self._row_groups(file), finish)
            else:
                yield from self._text(file)

    def _row_groups(self, file: HiveFile) -> Iterator[RowGroups]:
        path = file.stored.path
        footer = self._reading.footers.of(Key(path, file.stored.etag))
        wanted = {name for name, _ in self._shown}
        tops = [footer.schema.column(place).path.partition(".")[0].lower() for place in range(footer.num_columns)]
        leaves = tuple(place for place, name in enumerate(tops) if name in wanted)
        yield from in_runs(path, footer, self._filter.kept(footer, self._judged(footer)), leaves)

    def _judged(self, footer: pq.FileMetaData) -> dict[str, int]:
        """The columns by which row groups are chosen, those of which the file has another type left out."""
        fields = {field.name: field for field in self._flat.fields}
        return {
            stored.name: fields[stored.name.lower()].field_id
            for stored in footer.schema.to_arrow_schema()
            if stored.name.lower() in fields and arrow_of(fields[stored.name.lower()].field_type) == stored.type
        }

    def _finish(self, file: HiveFile, _group: RowGroups, _first: int, batch: pa.RecordBatch) -> pa.RecordBatch:
        stored = {name.lower(): place for place, name in enumerate(batch.schema.names)}
        own = dict(self._own)
        try:
            found = {
                name: hold_by_name(batch.column(place), own[name]) for name, place in stored.items() if name in own
            }
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise cannot_read(file.stored.path, pa.ArrowInvalid(str(error))) from error
        return self._batch(file, found, batch.num_rows)

    def _text(self, file: HiveFile) -> Iterator[pa.RecordBatch]:
        serde = file.partition.storage["SerdeInfo"]
        wanted = {name for name, _ in self._shown}
        read = line_reader(serde["SerializationLibrary"], serde.get("Parameters", {}), self._own, wanted)
        lines = lines_of(self._chunks(file), self._skipped)
        while some := [read(line) for line in islice(lines, LINES)]:
            found = {
                name: pa.array([row[place] for row in some], arrow_type(kind))
                for place, (name, kind) in enumerate(self._own)
                if name in wanted
            }
            yield self._batch(file, found, len(some))

    def _chunks(self, file: HiveFile) -> Iterator[bytes]:
        path = file.stored.path
        ending = path.rpartition(".")[2]
        if ending in UNKNOWN_CODECS:
            raise not_supported(f"a file compressed by {ending}")
        self._usage.scanned(file.stored.bytes)
        try:
            with self._reading.store.open_input_stream(in_store(path), compression=CODECS.get(ending)) as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise cannot_read(path, error) from error

    def _batch(self, file: HiveFile, found: "Mapping[str, pa.Array[Any]]", rows: int) -> pa.RecordBatch:
        keys = dict(zip(self._keys, file.partition.values, strict=True))

        def column(name: str, kind: Type) -> "pa.Array[Any]":
            if name in NAMES:
                return hidden_array(name, file.stored.path, rows, file.stored.modified, file.stored.bytes)
            if name in found:
                return found[name]
            repeated: pa.Array[Any] = pa.repeat(pa.scalar(keys.get(name), arrow_type(kind)), rows)
            return repeated

        return pa.RecordBatch.from_arrays([column(name, kind) for name, kind in self._shown], schema=self._arrow)
