"""What is run under fire, and how its rows are counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from reference.errors import PartitionStopped
from reference.lake.catalog import open_catalog
from reference.lake.iceberg_table import IcebergTable
from reference.protocol.decisions import COMMIT_ORDER, LakeOffsets
from scenarios.audit.count import count
from scenarios.audit.lake_reader import LakeReader
from scenarios.audit.ledger import MUST_BE_EMPTY
from scenarios.audit.marks import Marks
from scenarios.audit.rows import load_lake, load_sent, open_rows
from tests.reference.writer.bench import Bench

PARTITIONS = 4


def ledger(bench: Bench, sent: pa.Table) -> dict[str, int]:
    """Each of the ledger's identities that does not hold, by how much."""
    marks = Marks(bench.watch.topic_id(), dict.fromkeys(range(PARTITIONS), 0))
    with open_rows() as db:
        load_sent(db, sent)
        load_lake(db, LakeReader(bench.endpoints), marks, bench.topic)
        return wrong(db, bench)


def wrong(db: duckdb.DuckDBPyConnection, bench: Bench) -> dict[str, int]:
    """Of the rows that are loaded: each of the ledger's identities that does not hold, by how much."""
    found = count(db)
    broken = {name: wrong for name in MUST_BE_EMPTY if (wrong := getattr(found, name))}
    if extra := found.bronze - bench.logged():
        broken["rows more than records"] = extra
    return broken


def commits_gone(bench: Bench) -> list[str]:
    """Partitions of which a commit is gone that others have followed: of the tables, or of Kafka's own offset."""
    catalog = open_catalog(bench.settings)
    lake = LakeOffsets(*(IcebergTable(catalog, f"{name}.orders", bench.topic).load() for name in COMMIT_ORDER))
    found = []
    for partition, told in bench.watch.committed().items():
        try:
            start = lake.start(partition)
            lake.pin_at(partition, start)
        except PartitionStopped as stopped:
            found.append(str(stopped))
        else:
            if start < told:
                found.append(f"partition {partition} of the lake ends at {start}, Kafka was told of {told}")
    return found


def none_left(_bench: Bench) -> list[str]:
    """Of a kind whose hazards are seen when they occur."""
    return []


@dataclass(frozen=True)
class Kind:
    """What is run.

    Attributes:
        code: Python that runs a writer.
        has_compare_and_set: of the catalog.
        properties: of the tables, beside their own.
        count: the identities that do not hold, from the bench and the sender's record.
        hazards_left: hazards that can be told at the end only, once all writers have ended.
        patience_s: how long the topic may take to be drained once everything is whole.
    """

    code: str = "from reference.writer.__main__ import main; main()"
    has_compare_and_set: bool = True
    properties: Mapping[str, str] = field(default_factory=dict)
    count: Callable[[Bench, pa.Table], dict[str, int]] = ledger
    hazards_left: Callable[[Bench], list[str]] = none_left
    patience_s: float = 90.0
