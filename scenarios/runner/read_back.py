"""After the drain: the ledger, the journal and the freshness, read back from the lake and from Postgres."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from loadgen.send_log import Latencies
from reports.histogram import HistogramSeries
from reports.record import GoldLedger, Ledger
from scenarios.audit.count import count
from scenarios.audit.day_states import read_day_states
from scenarios.audit.freshness import freshness, gold_freshness, load_journal
from scenarios.audit.gold import audit_gold
from scenarios.audit.journal import SCHEMA, read_journal
from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.audit.marks import Marks
from scenarios.audit.own_rules import own_rules
from scenarios.audit.rows import load_lake, load_sent, open_rows
from scenarios.runner.plan import Plan
from scenarios.runner.watched_load import GoldDone, WatchedLoad
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints, PostgresEndpoint

JOURNAL_PATIENCE_S = 5.0
"""The writers journal beside their work; so long after the drain their last batches may take to appear."""

AWAY_PATIENCE_S = 60.0
"""So long it may be away; then the run is judged without."""

HOPS: Final = ("ack", "ack_raw", "bronze", "silver")
GOLD: Final = "gold"
LATENESS: Final = "lateness"


@dataclass(frozen=True)
class ReadBack:
    """What the lake and the journal say of a run.

    Attributes:
        journal: None where it could not be read: nothing is known of freshness, takeovers and writers' work.
        series: hop, or LATENESS → latencies in microseconds.
        unstamped: table → rows of the run that no batch of the journal covers.
        records: how many Kafka took in since the start marks.
    """

    ledger: Ledger
    gold: GoldLedger | None
    journal: pa.Table | None
    series: Mapping[str, HistogramSeries]
    unstamped: Mapping[str, int]
    records: int

    def write(self, folder: Path, watched: WatchedLoad) -> None:
        """Write the files beside run.json: sent, load, parts, queues and batches as Parquet, histogram logs."""
        # Small row groups, so that a later audit may read it in little memory.
        pq.write_table(watched.log.table, folder / "sent.parquet", row_group_size=65_536)
        if self.journal is not None:
            pq.write_table(self.journal, folder / "batches.parquet")
        for name, table in watched.samples.tables().items():
            pq.write_table(table, folder / f"{name}.parquet")
        for hop, series in self.series.items():
            (folder / f"{hop}.hlog").write_text(series.log(watched.log.start_ns / 1e9, hop))


def read_back(
    plan: Plan,
    endpoints: Endpoints,
    marks: Marks,
    watched: WatchedLoad,
    ends: Mapping[int, int],
    folder: Path,
    show: Callable[[str], None],
) -> ReadBack:
    """Count the lake's rows, and join them to the journal.

    Args:
        ends: partition → the offset after Kafka's last record, or the last that was waited for.
        folder: where temporary files may lie.
        show: told what is waited for.

    Raises:
        TargetError: the lake does not answer.
    """
    journal = whole_journal(endpoints.postgres, marks, ends if watched.drained.whole else {}, show)
    with open_rows(folder) as db:
        with lake_errors():
            load_sent(db, watched.log.table)
            lake = LakeReader(endpoints)
            load_lake(db, lake, marks, plan.id)
        ledger = count(db)
        load_journal(db, SCHEMA.empty_table() if journal is None else journal)
        start_ns = watched.log.start_ns
        series = {name: _sent_series(cells) for name, cells in watched.log.latencies.items()}
        for table in ("bronze", "silver"):
            series[table] = _series(freshness(db, table, start_ns))
        gold = None
        if watched.gold is not None:
            show("audit: the way to gold")
            gold, series[GOLD] = _audit_gold(db, lake, marks.topic_id, endpoints, plan, watched.gold, start_ns)
    ours = {"bronze": ledger.bronze - ledger.foreign, "silver": ledger.arrived - ledger.set_aside - ledger.spoilt}
    unstamped = {table: max(0, rows - series[table].total().count) for table, rows in ours.items()}
    records = sum(end - marks.starts.get(partition, 0) for partition, end in ends.items())
    return ReadBack(ledger, gold, journal, series, unstamped, records)


def _audit_gold(
    db: duckdb.DuckDBPyConnection,
    lake: LakeReader,
    topic_id: str,
    endpoints: Endpoints,
    plan: Plan,
    done: GoldDone,
    start_ns: int,
) -> tuple[GoldLedger, HistogramSeries]:
    """Where the rows of the run's days went, and how long after their intended times they were in gold."""
    states, scenario = read_day_states(endpoints.postgres), plan.scenario
    rules = own_rules(Path(scenario.rules) if scenario.rules else None)
    with lake_errors():
        found = audit_gold(db, lake, topic_id, states, rules, scenario.hold_above)
    ledger = found.model_copy(update=asdict(done))
    return ledger, _series(gold_freshness(db, start_ns))


def whole_journal(
    postgres: PostgresEndpoint, marks: Marks, ends: Mapping[int, int], show: Callable[[str], None]
) -> pa.Table | None:
    """The journal, once it reaches to Kafka's ends; after a while as it is, and None if it cannot be read at all."""
    journal = _readable_journal(postgres, marks, show)
    deadline = time.monotonic() + JOURNAL_PATIENCE_S
    while journal is not None and not _reaches(journal, marks, ends) and time.monotonic() < deadline:
        time.sleep(0.1)
        # One that lags says more than none.
        journal = _readable_journal(postgres, marks, show) or journal
    return journal


def _readable_journal(postgres: PostgresEndpoint, marks: Marks, show: Callable[[str], None]) -> pa.Table | None:
    deadline, has_told = time.monotonic() + AWAY_PATIENCE_S, False
    while True:
        try:
            return read_journal(postgres, marks)
        except TargetError as error:
            if time.monotonic() > deadline:
                show(f"audit: without the journal: {error}")
                return None
            if not has_told:
                show(f"audit: waiting for the journal, {AWAY_PATIENCE_S:.0f} s at most: {error}")
                has_told = True
            time.sleep(1)


def _reaches(journal: pa.Table, marks: Marks, ends: Mapping[int, int]) -> bool:
    """Whether both tables' batches are journaled up to the ends."""
    reached: dict[tuple[str, int], int] = {}
    for row in journal.select(["table_name", "partition", "end_offset"]).to_pylist():
        key = (row["table_name"], row["partition"])
        reached[key] = max(reached.get(key, 0), row["end_offset"])
    wanted = [(table, p, end) for p, end in ends.items() for table in ("bronze", "silver")]
    return all(end <= marks.starts.get(p, 0) or reached.get((table, p), 0) >= end for table, p, end in wanted)


def _sent_series(cells: Latencies) -> HistogramSeries:
    series = HistogramSeries()
    series.record(cells.seconds, cells.us, cells.counts)
    return series


def _series(batches: Iterable[pa.RecordBatch]) -> HistogramSeries:
    series = HistogramSeries()
    for batch in batches:
        second: Any = batch.column("second").to_numpy()
        series.record(second, batch.column("us").to_numpy())
    return series
