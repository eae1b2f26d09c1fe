"""The journal of batches from what the tables still know, for when it was lost.

Snapshots that are not expired say exactly what each commit added. For what lies before them there are the rows
themselves: the offsets in a commit's files tell its ranges again, and the store tells when the files were written.
Files that were put together since are one range, with the time of that.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem

from reference.errors import PipelineError
from reference.lake.iceberg_table import IcebergTable
from reference.protocol.summary import CommitSummary
from reference.state.batch_entry import BatchEntry
from reference.writer.journaling import Timing, entries_of_snapshot

MAX_OFFSET = 2**63 - 1
_COORDINATES = ("topic_id", "partition", "offset")


class _Stretch(NamedTuple):
    """Rows of one partition that one commit added, from `first` up to but without `end`."""

    topic_id: str
    partition: int
    first: int
    end: int
    rows: int
    written_ns: int


def rebuilt(name: str, table: IcebergTable, store: FileSystem) -> list[BatchEntry]:
    """The entries of all commits to table `name`, whatever the topic. The table is loaded anew."""
    table.load()
    known = list(_of_snapshots(name, table))
    begins: dict[tuple[str, int], int] = {}
    for entry in known:
        key = (entry.topic_id, entry.partition)
        begins[key] = min(entry.first_offset, begins.get(key, entry.first_offset))
    return known + [_entry(name, stretch) for stretch in _apart(_of_rows(table, store, begins))]


def _of_snapshots(name: str, table: IcebergTable) -> Iterator[BatchEntry]:
    for timestamp_ms, properties in table.newest_summaries(len(table.table.snapshots())):
        summary = CommitSummary.from_properties(properties)
        if summary is not None:
            yield from entries_of_snapshot(name, summary, properties, Timing(timestamp_ms * 1_000_000))


def _of_rows(table: IcebergTable, store: FileSystem, begins: Mapping[tuple[str, int], int]) -> Iterator[_Stretch]:
    """What each file has of each partition, of the offsets below those that the snapshots tell of; replays aside."""
    columns = [name for name in (*_COORDINATES, "replay_id") if name in table.table.schema().column_names]
    for task in table.table.scan().plan_files():
        path = task.file.file_path.removeprefix("s3://")
        written_ns = store.get_file_info(path).mtime_ns
        if written_ns is None:
            raise PipelineError(f"{path}: the store does not say when it was written")
        rows = pq.read_table(path, columns=columns, filesystem=store, partitioning=None)
        if "replay_id" in columns:
            rows = rows.filter(pc.field("replay_id").is_null())
        groups: Any = rows.group_by(["topic_id", "partition"]).aggregate([])
        for group in groups.to_pylist():
            topic_id, partition = group["topic_id"], group["partition"]
            ours = (pc.field("topic_id") == topic_id) & (pc.field("partition") == partition)
            below = pc.field("offset") < begins.get((topic_id, partition), MAX_OFFSET)
            offsets: Any = rows.filter(ours & below)["offset"]
            if len(offsets):
                bounds: Any = pc.min_max(offsets).as_py()
                yield _Stretch(topic_id, partition, bounds["min"], bounds["max"] + 1, len(offsets), written_ns)


def _apart(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    """Stretches that overlap, as files of several days do, made one: the youngest file tells its time."""
    apart: list[_Stretch] = []
    for stretch in sorted(stretches):
        last = apart[-1] if apart else None
        if last and last[:2] == stretch[:2] and stretch.first < last.end:
            apart[-1] = last._replace(
                end=max(last.end, stretch.end),
                rows=last.rows + stretch.rows,
                written_ns=max(last.written_ns, stretch.written_ns),
            )
        else:
            apart.append(stretch)
    return apart


def _entry(name: str, stretch: _Stretch) -> BatchEntry:
    return BatchEntry(
        topic_id=stretch.topic_id,
        table_name=name,
        partition=stretch.partition,
        first_offset=stretch.first,
        end_offset=stretch.end,
        rows=stretch.rows,
        bytes=None,
        files=None,
        writer=None,
        decode_ns=None,
        write_ns=None,
        commit_ns=None,
        committed_ns=stretch.written_ns,
        source="rows",
    )
