"""The journal of batches from what the tables still know, for when it was lost.

Snapshots that are not expired say exactly what each commit added. What no snapshot and no entry tells of, the rows do:
the offsets in a commit's files are its ranges again, and the store knows when the files were written.
Files that were put together since are one range, with the time of that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


class Offsets(NamedTuple):
    """Offsets of one partition of one topic, from `first` up to but without `end`."""

    topic_id: str
    partition: int
    first: int
    end: int


class _Stretch(NamedTuple):
    """Rows of one partition that one commit added, from `first` up to but without `end`."""

    topic_id: str
    partition: int
    first: int
    end: int
    rows: int
    written_ns: int


def rebuilt(name: str, table: IcebergTable, store: FileSystem, journaled: Iterable[Offsets]) -> list[BatchEntry]:
    """The entries of all commits to table `name`, whatever the topic. The table is loaded anew.

    Args:
        journaled: offsets of which the journal has entries of this table; of those there are none from rows.
    """
    table.load()
    known = list(_of_snapshots(name, table))
    told: dict[tuple[str, int], list[tuple[int, int]]] = {}
    of_snapshots = (Offsets(e.topic_id, e.partition, e.first_offset, e.end_offset) for e in known)
    for offsets in (*of_snapshots, *journaled):
        told.setdefault(offsets[:2], []).append((offsets.first, offsets.end))
    gaps = {key: list(_gaps(ranges)) for key, ranges in told.items()}
    return known + [_entry(name, stretch) for stretch in _apart(_of_rows(table, store, gaps))]


def _gaps(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is between ranges of offsets, before the first and after the last."""
    reached = 0
    for first, end in sorted(ranges):
        if first > reached:
            yield reached, first
        reached = max(reached, end)
    yield reached, MAX_OFFSET


def _of_snapshots(name: str, table: IcebergTable) -> Iterator[BatchEntry]:
    for timestamp_ms, properties in table.newest_summaries(len(table.table.snapshots())):
        summary = CommitSummary.from_properties(properties)
        if summary is not None:
            yield from entries_of_snapshot(name, summary, properties, Timing(timestamp_ms * 1_000_000))


def _of_rows(
    table: IcebergTable, store: FileSystem, gaps: Mapping[tuple[str, int], Sequence[tuple[int, int]]]
) -> Iterator[_Stretch]:
    """What each file has of each gap, and of partitions that have none of all offsets; replays aside."""
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
            ours = rows.filter((pc.field("topic_id") == topic_id) & (pc.field("partition") == partition))
            for first, end in gaps.get((topic_id, partition), [(0, MAX_OFFSET)]):
                found: Any = ours.filter((pc.field("offset") >= first) & (pc.field("offset") < end))["offset"]
                if len(found):
                    bounds: Any = pc.min_max(found).as_py()
                    yield _Stretch(topic_id, partition, bounds["min"], bounds["max"] + 1, len(found), written_ns)


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
