"""The lake's rows and the sender's, reduced to what the ledger asks of them, in a DuckDB file that spills to disk.

Tables, one row for each row of the lake between the marks:

  bronze      file, p, o, who, seq, intended_ns, crc         crc: of the payload as it lies there
  silver      file, p, o, who, seq, intended_ns, price_cents
  quarantine  file, p, o, who, seq, crc                      stage decode, not replayed
  sent        seq, intended_ns, outcome, crc, price_cents, stream, p, o, spoilt, tries

`p` and `o` are partition and offset, `who` is 1 for the run's own events, 2 for its poison and 0 for everybody else's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import google_crc32c
import pyarrow as pa
import pyarrow.parquet as pq

from scenarios.audit.lake_reader import LakeReader, OpenTable
from scenarios.audit.marks import Marks

LEAST_MEMORY_BYTES: Final = 96_000_000
MEMORY_BYTES_PER_ROW: Final = 8
"""What DuckDB may hold: so much in all, or for each row of the tables if that is more. Beyond it, it spills to its own
temporary folder; with less, some of the ledger's queries fail: of 300,000 events with 48 MB seven times in eight. The
rest of the process comes on top."""

BEYOND: Final = 2**63 - 1
"""After any offset there is."""

_COORDINATES = ("topic_id", "partition", "offset", "producer", "seq")

_CREATE = """
CREATE TABLE files (file INTEGER, path VARCHAR);
CREATE TABLE marks (p INTEGER, first BIGINT);
CREATE TABLE ends (p INTEGER, past BIGINT);
CREATE TABLE bronze (file INTEGER, p INTEGER, o BIGINT, who TINYINT, seq BIGINT, intended_ns BIGINT, crc BIGINT);
CREATE TABLE silver (file INTEGER, p INTEGER, o BIGINT, who TINYINT, seq BIGINT, intended_ns BIGINT,
    price_cents BIGINT);
CREATE TABLE quarantine (file INTEGER, p INTEGER, o BIGINT, who TINYINT, seq BIGINT, crc BIGINT);
CREATE TABLE sent (seq BIGINT, intended_ns BIGINT, outcome VARCHAR, crc BIGINT, price_cents BIGINT, stream INTEGER,
    p INTEGER, o BIGINT, spoilt BOOLEAN, tries INTEGER);
"""

_COLUMNS: Final = {
    "bronze": ("intended_ns", "payload"),
    "silver": ("intended_ns", "price", "replay_id"),
    "quarantine": ("payload", "stage", "replay_id"),
}

_INSERT: Final = {
    "bronze": "intended_ns, crc FROM incoming",
    "silver": "intended_ns, (price * 100)::BIGINT FROM incoming WHERE replay_id IS NULL",
    "quarantine": "crc FROM incoming WHERE replay_id IS NULL AND stage = 'decode'",
}

_SENT = (
    "INSERT INTO sent "
    'SELECT seq, intended_ns, outcome, crc32c, price_cents, stream, partition, "offset", spoilt, {tries} FROM'
)


@contextmanager
def open_rows(folder: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The empty tables, in a temporary folder within `folder` that is removed at the end."""
    with TemporaryDirectory(prefix="audit-", dir=folder) as scratch:
        settings: dict[str, Any] = {
            "memory_limit": f"{LEAST_MEMORY_BYTES}B",
            "threads": 2,
            "temp_directory": f"{scratch}/spill",
        }
        with duckdb.connect(f"{scratch}/rows.duckdb", config=settings) as db:
            # Rows may come in any order; keeping it would hold whole tables in memory.
            db.execute("SET preserve_insertion_order = false")
            db.execute(_CREATE)
            # Never committed: the file is for room, not to last, and each commit would wait for the disk.
            db.begin()
            try:
                yield db
            except RuntimeError as error:
                # How DuckDB's Python says that it caught Ctrl-C itself.
                if "interrupted" in str(error).lower():
                    raise KeyboardInterrupt from error
                raise


def load_sent(db: duckdb.DuckDBPyConnection, sent: pa.Table) -> None:
    """Take in the sender's record, columns as loadgen.send_log.SendLog has them."""
    _insert(db, f"{_SENT.format(tries='tries')} incoming", sent, {})


def load_sent_file(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Take in the sender's record from a Parquet file of the same columns; `tries` came later than the others."""
    tries = "tries" if "tries" in pq.read_schema(path).names else "1"
    db.execute(f"{_SENT.format(tries=tries)} read_parquet(?)", [str(path)])


def load_lake(db: duckdb.DuckDBPyConnection, lake: LakeReader, marks: Marks, producer: str | None) -> None:
    """Take in the topic's rows of the three tables between the marks, and the run's own before them: there are none,
    unless something is wrong.

    Args:
        producer: of the run's events, its poison is that of `chaos/<producer>`; None for no run's.
    """
    db.executemany("INSERT INTO marks VALUES (?, ?)", list(marks.starts.items()) or [(-1, 0)])
    db.executemany("INSERT INTO ends VALUES (?, ?)", list((marks.ends or {}).items()) or [(-1, 0)])
    poison = None if producer is None else f"chaos/{producer}"
    values = {"ours": producer, "poison": poison, "topic": marks.topic_id}
    # A partition without an end is whole the run's, or came after the run.
    beyond = BEYOND if marks.ends is None else 0
    ours = f"offset >= {marks.least} or partition > {marks.last_partition}"
    for table, rest in _INSERT.items():
        where = "AND" if "WHERE" in rest else "WHERE"
        statement = f"""INSERT INTO {table} SELECT file, partition, "offset",
            CASE producer WHEN $ours THEN 1 WHEN $poison THEN 2 ELSE 0 END, seq, {rest} {where} topic_id = $topic
            AND ("offset" >= coalesce((SELECT first FROM marks WHERE p = partition), 0)
                OR coalesce(producer = $ours, false))
            AND "offset" < coalesce((SELECT past FROM ends WHERE p = partition), {beyond})"""  # noqa: S608 - our own names
        _insert(db, statement, _reduced(db, lake.open(f"{table}.orders", ours), _COLUMNS[table]), values)
    rows = sum(_count(db, table) for table in ("sent", *_INSERT))
    db.execute(f"SET memory_limit = '{max(LEAST_MEMORY_BYTES, rows * MEMORY_BYTES_PER_ROW)}B'")


def _insert(db: duckdb.DuckDBPyConnection, statement: str, source: Any, parameters: dict[str, str | None]) -> None:
    # Not unregistered if that fails: the failed transaction would hide why.
    db.register("incoming", source)
    db.execute(statement, parameters)
    db.unregister("incoming")


def _reduced(db: duckdb.DuckDBPyConnection, table: OpenTable, extra: Sequence[str]) -> pa.RecordBatchReader:
    """The table's rows batch by batch, each with its file's number, payloads replaced by their checksums."""
    columns = (*_COORDINATES, *extra)
    fields = [pa.field("file", pa.int32()), *(table.schema.field(name) for name in columns if name != "payload")]
    if "payload" in columns:
        fields.append(pa.field("crc", pa.int64()))
    schema = pa.schema(fields)
    first = _count(db, "files")
    paths = [(number, file.path) for number, file in enumerate(table.files, first)]
    db.executemany("INSERT INTO files VALUES (?, ?)", paths or [(-1, "")])
    batches = (_reduce(batch, first + number, schema) for number, batch in table.batches(columns))
    return pa.RecordBatchReader.from_batches(schema, batches)


def _reduce(batch: pa.RecordBatch, number: int, schema: pa.Schema) -> pa.RecordBatch:
    arrays: list[Any] = [pa.repeat(pa.scalar(number, pa.int32()), batch.num_rows)]
    arrays += [batch.column(name) for name in schema.names if name not in ("file", "crc")]
    if "crc" in schema.names:
        arrays.append(checksums(batch.column("payload")))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def checksums(payloads: "pa.Array[Any]") -> "pa.Array[Any]":
    """CRC32C of each; null of null."""
    # By way of numpy, in one step in C: pa.Array.to_pylist makes a Python object and a scalar of each.
    values = payloads.cast(pa.large_binary()).to_numpy(zero_copy_only=False)
    return pa.array([None if p is None else google_crc32c.value(p) for p in values], pa.int64())


def _count(db: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])  # noqa: S608 - our own names
