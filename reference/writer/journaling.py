"""Journal entries for commits: those just made, and those that a writer left out because it died."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pyiceberg.manifest import DataFile

from reference.lake.iceberg_table import IcebergTable
from reference.protocol.summary import CommitSummary
from reference.state.batch_entry import BatchEntry

NEWEST_SNAPSHOTS = 20
"""So many of each table are looked at for what the journal may lack; far more than one writer leaves out."""

_BYTES = "added-files-size"


@dataclass(frozen=True)
class Timing:
    """How long a commit's steps took, in nanoseconds if known, and when it had landed, in UTC nanoseconds."""

    committed_ns: int
    decode_ns: int | None = None
    write_ns: int | None = None
    commit_ns: int | None = None


def landed(name: str, summary: CommitSummary, files: Sequence[DataFile], timing: Timing) -> list[BatchEntry]:
    """The entries of a commit to table `name` that has just landed."""
    size = sum(file.file_size_in_bytes for file in files)
    return _entries(name, summary, size, [file.file_path for file in files], timing, "writer")


def left_out(tables: Mapping[str, IcebergTable], topic_id: str) -> list[BatchEntry]:
    """The entries of each table's newest commits, as far as their snapshots say. Most of them will be there already.

    The tables are not loaded anew.
    """
    found: list[BatchEntry] = []
    for name, table in tables.items():
        for timestamp_ms, properties in table.newest_summaries(NEWEST_SNAPSHOTS):
            summary = CommitSummary.from_properties(properties)
            if summary is not None and summary.topic_id == topic_id:
                found += entries_of_snapshot(name, summary, properties, Timing(timestamp_ms * 1_000_000))
    return found


def entries_of_snapshot(
    name: str, summary: CommitSummary, properties: Mapping[str, str], timing: Timing
) -> list[BatchEntry]:
    """The entries of a commit to table `name`, as its snapshot's properties tell them."""
    return _entries(name, summary, int(properties.get(_BYTES, 0)), None, timing, "snapshot")


def _entries(
    name: str,
    summary: CommitSummary,
    size: int,
    files: Sequence[str] | None,
    timing: Timing,
    source: Literal["writer", "snapshot"],
) -> list[BatchEntry]:
    return [
        BatchEntry(
            topic_id=summary.topic_id,
            table_name=name,
            partition=covered.partition,
            first_offset=covered.first,
            end_offset=covered.end,
            rows=rows,
            bytes=size,
            files=files,
            writer=summary.writer,
            decode_ns=timing.decode_ns,
            write_ns=timing.write_ns,
            commit_ns=timing.commit_ns,
            committed_ns=timing.committed_ns,
            source=source,
        )
        for covered, rows in zip(summary.ranges, summary.rows, strict=True)
    ]
