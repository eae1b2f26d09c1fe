"""A run's report: one page of HTML that needs nothing beside itself."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from numpy.typing import NDArray

from reports.histogram import HistogramLog, read_log
from reports.page.figures import HOPS, Timeline, bars, latency_by_percentile, timeline
from reports.record import Cost, RunRecord

FILE: Final = "report.html"
INDEX: Final = "index.html"
KAFKA_QUEUE_PREFIX: Final = "kafka"
WINDOW_S: Final = 1.0
"""Over which rates are taken: the samples are five times as dense."""

LAYOUTS: Final = {"written": "as written", "compacted": "put together", "unpartitioned": "without partitions"}

NONE: Final = "\N{EN DASH}"

Series = tuple[NDArray[Any], NDArray[Any]]


def report_page(record: RunRecord, folder: Path) -> str:
    """The page for a run whose files lie in `folder`.

    Raises:
        OSError, ValueError: a file of the run is missing or damaged.
    """
    hops = [hop for hop in HOPS if hop != "gold" or record.gold is not None]
    logs = {hop: read_log((folder / f"{hop}.hlog").read_text()) for hop in hops}
    totals = {hop: log.total() for hop, log in logs.items()}
    seen = Timeline(
        rate=_rates(folder, logs["ack"].start_s),
        lag=_lag(folder, logs["ack"].start_s),
        p99_ms={hop: _p99(log) for hop, log in logs.items()},
        faults=record.faults,
    )
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            record=record,
            verdicts=sorted(record.verdicts, key=lambda verdict: (verdict.passed is True, verdict.passed is None)),
            layouts=LAYOUTS,
            hops={hop: (HOPS[hop][0], getattr(record.latency_ms, hop)) for hop in hops},
            ledger={name: value for name, value in record.ledger if name != "offenders"},
            figures={
                "latency": latency_by_percentile({hop: one for hop, one in totals.items() if one.count}),
                "timeline": timeline(seen),
                "cpu": bars({stage.name: stage.cpu_s for stage in record.stages}, "seconds of CPU", "cpu"),
                "cost": bars(_by_stage(record.cost), "USD for a million events", "cost") if record.cost else "",
            },
        )
    )


def index_page(records: Mapping[str, RunRecord]) -> str:
    """All runs by the name of their folder beside the page, the latest first."""
    rows = sorted(records.items(), key=lambda item: item[1].started_at, reverse=True)
    return _environment().get_template("index.html.jinja").render(rows=rows, report=FILE)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    return environment


def _number(value: float | None, digits: int = 1) -> str:
    return NONE if value is None else f"{value:,.{digits}f}"


def _rates(folder: Path, start_s: float) -> dict[str, Series]:
    """Events a second that were due, and that were acknowledged."""
    load = pq.read_table(folder / "load.parquet")
    at_s = load["at_ns"].to_numpy() / 1e9 - start_s
    return {label: _rate(at_s, load[column].to_numpy()) for label, column in (("due", "due"), ("acked", "acked"))}


def _rate(at_s: NDArray[Any], counts: NDArray[Any]) -> Series:
    if len(at_s) < 2:
        return at_s, np.zeros(len(at_s))
    grid = np.arange(at_s[0], at_s[-1], WINDOW_S)
    return grid[1:], np.diff(np.interp(grid, at_s, counts)) / WINDOW_S


def _lag(folder: Path, start_s: float) -> Series:
    queues = pq.read_table(folder / "queues.parquet")
    kafka = queues.filter(pc.starts_with(queues["queue"], KAFKA_QUEUE_PREFIX))
    return kafka["at_ns"].to_numpy() / 1e9 - start_s, kafka["length"].to_numpy()


def _p99(log: HistogramLog) -> Series:
    seconds = np.array(sorted(log.seconds))
    return seconds, np.array([log.seconds[second].value_at(0.99) / 1000 for second in sorted(log.seconds)])


def _by_stage(cost: Cost) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for line in cost.lines:
        found[line.stage] += line.usd_per_million_events
    return dict(found)
