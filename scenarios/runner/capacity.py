"""How much load a scenario's pipeline holds: runs at one rate after the other, each judged by the same promises."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.compute as pc
import pyarrow.parquet as pq

from reports.capacity import Pace, lag_growth, next_rate, pace
from reports.record import RunRecord, Verdict
from scenarios.model.overrides import tighten
from scenarios.model.scenario import Phase, Scenario
from scenarios.runner.fault_journal import FaultJournal
from scenarios.runner.one_run import run_once
from scenarios.runner.plan import plan_run
from scenarios.runner.samples import KAFKA_QUEUE
from scenarios.targets.interface import Target
from scenarios.verdicts.figures import samples_needed

SENT_SHARE: Final = 0.995
"""Of the planned rate, what must have been sent, and acknowledged."""

SKIP_S: Final = 1.0
"""Of a probe's load, in which it comes into its stride."""

GROWTH_SHARE: Final = 0.5
"""Of what comes in during a writer's window: so much may the lag differ between a probe's beginning and its end."""

LEAST_WINDOWS: Final = 6
"""A probe lasts for so many writer's windows at least, or the lag's growth could not be seen."""


SAMPLES_MARGIN: Final = 1.1
"""So many times the values that a percentile needs: some may fail."""


@dataclass(frozen=True)
class Search:
    """What is to be found out; see reports.capacity.next_rate. `slo`: figure → bound, as in a scenario's promises."""

    slo: Mapping[str, float]
    first_per_s: float
    most_per_s: float
    resolution: float
    seconds: float


@dataclass(frozen=True)
class Probe:
    """One rate that was tried.

    Attributes:
        acked_per_s: while it was sent.
        why_not: what did not hold; empty if all did.
        doubts: what could not be judged.
        per_core_s: stage → events a second of one core's time.
    """

    rate_per_s: float
    acked_per_s: float
    figures: Mapping[str, float | None]
    lag_growth: float | None
    why_not: tuple[str, ...]
    doubts: tuple[str, ...]
    limit: str
    per_core_s: Mapping[str, float]

    @property
    def holds(self) -> bool:
        """Whether all promises were kept, as far as is known for certain."""
        return not self.why_not and not self.doubts


def probes(
    scenario: Scenario, search: Search, target: Target, journal: FaultJournal, show: Callable[[str], None]
) -> Iterator[Probe]:
    """Try rates until the highest that holds is known; each as it is found.

    Raises:
        LoadgenError, TargetError, KeyboardInterrupt: see run_scenario.
        InvalidScenario: the promises name no figures.
    """
    tried: dict[float, bool] = {}
    while (rate := next_rate(tried, search.first_per_s, search.most_per_s, search.resolution)) is not None:
        probe = _probe(_at(scenario, search, rate), rate, target, journal, show)
        tried[rate] = probe.holds
        yield probe


def _probe(
    scenario: Scenario, rate_per_s: float, target: Target, journal: FaultJournal, show: Callable[[str], None]
) -> Probe:
    def shown(text: str) -> None:
        show(f"{rate_per_s:,.0f} events/s: {text}")

    with tempfile.TemporaryDirectory(prefix="keystone-probe-") as folder:
        record = run_once(plan_run(scenario), target, journal, Path(folder), shown, lambda _text: None)
        return judge(record, scenario, rate_per_s, *lag_and_pace(Path(folder), scenario.flush_seconds))


def _at(scenario: Scenario, search: Search, rate_per_s: float) -> Scenario:
    """The scenario at one rate, without its faults and with these promises alone; long enough to judge them."""
    enough_s = SAMPLES_MARGIN * samples_needed(search.slo) / rate_per_s
    seconds = max(search.seconds, LEAST_WINDOWS * scenario.flush_seconds, enough_s)
    plain = scenario.model_copy(
        update={
            "phases": (Phase(for_s=seconds, rate_per_s=rate_per_s),),
            "faults": (),
            "at_most": {},
            "at_least": {},
            "budget_usd_per_million_events": None,
            "broken_twin": None,
        }
    )
    return tighten(plain, search.slo)


def judge(record: RunRecord, scenario: Scenario, rate_per_s: float, growth: float | None, paced: Pace | None) -> Probe:
    """What a run at one rate says of it.

    Args:
        growth: of the lag, in records.
    """
    said = {passed: [_text(v) for v in record.verdicts if v.passed is passed] for passed in (False, None)}
    why_not, doubts = said[False], said[None]
    if paced is None:
        doubts.append("the load was too short to see its pace")
    else:
        why_not += paced.why_not_kept(rate_per_s, SENT_SHARE, scenario.arrivals == "poisson")
    if growth is None:
        doubts.append("the lag was seen too seldom to tell whether it grows")
    elif growth > GROWTH_SHARE * rate_per_s * scenario.flush_seconds:
        why_not.append(f"the lag grew by {growth:,.0f} records")
    bounded = {*scenario.at_most, *scenario.at_least}
    return Probe(
        rate_per_s=rate_per_s,
        acked_per_s=round(paced.acked_per_s, 3) if paced else 0.0,
        figures={v.name: _number(v.observed) for v in record.verdicts if v.name in bounded},
        lag_growth=growth,
        why_not=tuple(why_not),
        doubts=tuple(doubts),
        limit=f"{record.limit.stage or 'none'}: {record.limit.why}",
        per_core_s={
            stage.name: round(stage.events / stage.cpu_s) for stage in record.stages if stage.events and stage.cpu_s > 0
        },
    )


def _text(verdict: Verdict) -> str:
    return f"{verdict.name} is {verdict.observed}, {verdict.expected}"


def _number(observed: str) -> float | None:
    try:
        return float(observed.replace(",", ""))
    except ValueError:
        return None


def lag_and_pace(folder: Path, window_s: float) -> tuple[float | None, Pace | None]:
    """By how many records the writers' lag grew while events were sent, and the load's pace, of a run's folder.

    None for what was not seen.

    Args:
        window_s: how long a writer gathers.
    """
    load = pq.read_table(folder / "load.parquet")
    queues = pq.read_table(folder / "queues.parquet")
    lags = queues.filter(pc.field("queue") == KAFKA_QUEUE)
    at_s, load_s = lags["at_ns"].to_numpy() / 1e9, load["at_ns"].to_numpy() / 1e9
    sending = at_s <= load_s.max(initial=0.0)
    growth = lag_growth(at_s[sending], lags["length"].to_numpy()[sending], window_s)
    due, sent, acked = (load[name].to_numpy() for name in ("due", "sent", "acked"))
    return growth, pace(load_s, due, sent, acked, SKIP_S)
