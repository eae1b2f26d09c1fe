"""How a run's rows are counted: the product's own ledger over the tables, and what it does not look at."""

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
        broken = broken_identities(db, bench)
    if found := contradictions(offsets_of(bench)):
        broken["partitions whose tables contradict each other"] = len(found)
    return broken


def broken_identities(db: duckdb.DuckDBPyConnection, bench: Bench) -> dict[str, int]:
    """Of the rows that are loaded: each of the ledger's identities that does not hold, by how much."""
    found = count(db)
    broken = {name: by for name in MUST_BE_EMPTY if (by := getattr(found, name))}
    extra = found.bronze - bench.logged()
    if extra > 0:
        broken["rows more than records"] = extra
    if extra < 0:
        broken["records without a row"] = -extra
    return broken


def contradictions(lake: LakeOffsets) -> list[str]:
    """Of each partition that no writer can go on with, why: its tables do not fit together."""
    found = []
    for partition in range(PARTITIONS):
        try:
            lake.pin_at(partition, lake.start(partition))
        except PartitionStopped as stopped:
            found.append(str(stopped))
    return found


def offsets_of(bench: Bench) -> LakeOffsets:
    catalog = open_catalog(bench.settings)
    tables = [catalog.load_table(f"{name}.orders") for name in COMMIT_ORDER]
    return LakeOffsets(*(parse_offsets(table.properties, bench.topic) for table in tables))
