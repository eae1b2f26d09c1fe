"""What is run under fire, and how its rows are counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from reference.errors import PartitionStopped
from reference.lake.catalog import open_catalog
from reference.protocol.decisions import COMMIT_ORDER, LakeOffsets
from reference.protocol.offsets import parse_offsets
from scenarios.audit.count import count
from scenarios.audit.lake_reader import LakeReader
from scenarios.audit.ledger import MUST_BE_EMPTY
from scenarios.audit.marks import Marks
from scenarios.audit.rows import load_lake, load_sent, open_rows
from tests.reference.writer.bench import Bench

PARTITIONS = 4

LATE = {"lost", "misrouted", "records without a row"}
"""What is wrong with events that may only not have been written yet."""


def ledger(bench: Bench, sent: pa.Table) -> dict[str, int]:
    """Each of the ledger's identities that does not hold, by how much."""
    marks = Marks(bench.watch.topic_id(), dict.fromkeys(range(PARTITIONS), 0))
    with open_rows() as db:
        load_sent(db, sent)
        load_lake(db, LakeReader(bench.endpoints), marks, bench.topic)
        broken = wrong(db, bench)
    if found := contradictions(bench):
        broken["partitions whose tables contradict each other"] = len(found)
    return broken


def wrong(db: duckdb.DuckDBPyConnection, bench: Bench) -> dict[str, int]:
    """Of the rows that are loaded: each of the ledger's identities that does not hold, by how much."""
    found = count(db)
    broken = {name: wrong for name in MUST_BE_EMPTY if (wrong := getattr(found, name))}
    extra = found.bronze - bench.logged()
    if extra > 0:
        broken["rows more than records"] = extra
    if extra < 0:
        broken["records without a row"] = -extra
    return broken


def contradictions(bench: Bench) -> list[str]:
    """Of each partition that no writer can go on with, why: its tables do not fit together."""
    lake, found = _offsets(bench), []
    for partition in range(PARTITIONS):
        try:
            lake.pin_at(partition, lake.start(partition))
        except PartitionStopped as stopped:
            found.append(str(stopped))
    return found


def commits_gone(bench: Bench) -> list[str]:
    """Partitions of which a commit is gone that others have followed: of the tables, or of Kafka's own offset."""
    found = contradictions(bench)
    if not found:
        lake = _offsets(bench)
        for partition, told in bench.watch.committed().items():
            if (start := lake.start(partition)) < told:
                found.append(f"partition {partition} of the lake ends at {start}, Kafka was told of {told}")
    return found


def _offsets(bench: Bench) -> LakeOffsets:
    catalog = open_catalog(bench.settings)
    tables = [catalog.load_table(f"{name}.orders") for name in COMMIT_ORDER]
    return LakeOffsets(*(parse_offsets(table.properties, bench.topic) for table in tables))


def none_left(_bench: Bench) -> list[str]:
    """Of a kind whose hazards are seen when they occur."""
    return []


@dataclass(frozen=True)
class Kind:
    """What is run.

    Attributes:
        code: Python that runs a writer.
        has_compare_and_set: of the catalog.
        is_compacted: whether a compactor works beside the writers.
        properties: of the tables, beside their own.
        count: the identities that do not hold, from the bench and the sender's record.
        hazards_left: hazards that can be told at the end only, once all writers have ended.
        patience_s: how long the topic may take to be drained once everything is whole.
    """

    code: str = "from reference.writer.__main__ import main; main()"
    has_compare_and_set: bool = True
    is_compacted: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    count: Callable[[Bench, pa.Table], dict[str, int]] = ledger
    hazards_left: Callable[[Bench], list[str]] = none_left
    patience_s: float = 90.0
