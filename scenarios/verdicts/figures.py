"""Figures of a run that a scenario may bound, and the verdicts on those bounds.

Noise and small samples make a verdict on time inconclusive: a percentile needs values above it, and a machine that was
busy with other things says nothing of the pipeline. A bound on what noise makes worse that holds in spite of it, holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reports.record import Quantiles, QueryCost, RunRecord, Verdict

THROUGHPUT = "acked_per_s"
"""The one figure of which more is better."""

LATE_MS = 100.0
"""A generator whose 99th percentile of lateness is above this did not send the load that was asked for."""

LATE_SHARE = 0.25
"""So much of a latency may be the generator's own lateness; more, and it measured itself."""

_OF_GOLD = {"gold_s": "took_s", "failing": "failing", "held_days": "held_days", "late_rows": "late_rows"}
"""Figures of runs that go to gold, and where the record has them."""

_SAMPLES = {"p50": 20, "p90": 100, "p99": 1_000, "p999": 10_000, "max": 1}
"""How many values a quantile needs: ten above it."""


def samples_needed(figures: Iterable[str]) -> int:
    """How many values it takes to judge all of these figures."""
    quantiles = [
        _SAMPLES.get(name.removesuffix("_ms").rpartition("_")[2], 1) for name in figures if name.endswith("_ms")
    ]
    return max(quantiles, default=1)


def judge_figures(record: RunRecord, at_most: Mapping[str, float], at_least: Mapping[str, float]) -> Iterator[Verdict]:
    """A verdict for each bound, named as its figure."""
    for name in [*at_most, *(name for name in at_least if name not in at_most)]:
        yield _judge(record, name, at_least.get(name), at_most.get(name))


def _judge(record: RunRecord, name: str, least: float | None, most: float | None) -> Verdict:
    value, doubt = figure(record, name), _doubt(record, name)
    if least is not None and value is not None and value < least and _is_provoked(record, name):
        doubt = _Doubt(f"the faults that bring it about were skipped: {record.skipped['faults']}", only_slower=False)
    bounds = [("at least", least), ("at most", most)]
    expected = " and ".join(f"{word} {_shown(bound)}" for word, bound in bounds if bound is not None)
    if value is None:
        why = doubt.why if doubt else "nothing measured"
        return Verdict(name=name, passed=None, observed="none", expected=f"{expected}; {why}")
    holds = (least is None or value >= least) and (most is None or value <= most)
    observed = _shown(value)
    # What noise makes worse: of throughput less, of all else more.
    other_bound = most if name == THROUGHPUT else least
    if doubt is None or (doubt.only_slower and holds and other_bound is None):
        return Verdict(name=name, passed=holds, observed=observed, expected=expected)
    return Verdict(name=name, passed=None, observed=observed, expected=f"{expected}; inconclusive: {doubt.why}")


def _shown(value: float) -> str:
    """Six digits of it, none of them behind an exponent: dollars are small."""
    return f"{Decimal(f'{value:.6g}'):,f}"


def figure(record: RunRecord, name: str) -> float | None:
    """A figure's value; None if nothing was measured."""
    ledger, events = record.ledger, record.events
    counts: dict[str, float | None] = {
        "failed": events.failed,
        "unknown": events.unknown,
        "sent_again": events.sent_again,
        "duplicated_by_client": ledger.duplicated_by_client,
        "quarantined": ledger.set_aside,
        "lag_peak": record.lag.peak,
        "drain_s": record.lag.drain_s,
        "acked_per_s": record.throughput.acked_per_s,
        "deaths": sum(stage.deaths for stage in record.stages),
        "restarts": sum(stage.restarts for stage in record.stages),
        "takeovers": record.takeovers,
        "spoilt_arrived": ledger.spoilt,
        "poison_taken": events.poison_delivered,
        "day_query_usd": max((one.usd for one in _of_a_day(record)), default=None),
    } | dict.fromkeys(_OF_GOLD)
    if record.gold is not None:
        counts |= {name: getattr(record.gold, field) for name, field in _OF_GOLD.items()}
    if name in counts:
        return counts[name]
    quantiles, quantile = _quantile(record, name)
    value: float | None = None if quantiles is None else getattr(quantiles, quantile)
    return value


def _of_a_day(record: RunRecord) -> Iterator[QueryCost]:
    """Questions that a day of the lake was asked as it was written."""
    return (one for one in record.query_costs if (one.layout, one.days) == ("written", "one"))


def _quantile(record: RunRecord, name: str) -> tuple[Quantiles | None, str]:
    """A hop's quantiles, and which of them a figure like `bronze_p99_ms` names."""
    hop, quantile = name.removesuffix("_ms").split("_")
    return getattr(record.latency_ms, hop), quantile


@dataclass(frozen=True)
class _Doubt:
    """Why a figure cannot be judged. `only_slower`: it may be worse than the pipeline deserves, but no better."""

    why: str
    only_slower: bool


_OF_THE_LOAD = (THROUGHPUT, "spoilt_arrived", "poison_taken")
"""Figures that come of what is sent, not of what is broken."""


def _is_provoked(record: RunRecord, name: str) -> bool:
    """Whether a figure is small because nothing was broken: what is wanted of a fault, not of the pipeline."""
    return "faults" in record.skipped and name not in _OF_THE_LOAD


_NEEDS = {"deaths": "processes", "restarts": "processes", "takeovers": "journal", "day_query_usd": "query_costs"}
"""Figure → what of a run must not have been skipped, or there is nothing to judge."""


def _doubt(record: RunRecord, name: str) -> _Doubt | None:
    """None if the figure can be judged."""
    needed = _NEEDS.get(name, "")
    # Of a lake that could not be copied it is known all the same what it costs as it is.
    if needed in record.skipped and not (needed == "query_costs" and record.query_costs):
        return _Doubt(f"{needed} skipped: {record.skipped[needed]}", only_slower=False)
    if not name.endswith(("_ms", "_s")):
        return None
    if name.endswith("_ms"):
        quantiles, quantile = _quantile(record, name)
        count = quantiles.count if quantiles else 0
        if count < _SAMPLES[quantile]:
            return _Doubt(f"{count:,} values, {quantile} needs {_SAMPLES[quantile]:,}", only_slower=False)
        unstamped: int = getattr(record.unstamped, name.partition("_")[0], 0)
        if unstamped:
            return _Doubt(f"{unstamped:,} rows are in no batch of the journal", only_slower=False)
    late = _lateness(record, name)
    if late is not None:
        return _Doubt(late, only_slower=True)
    return _Doubt(record.noise.why, only_slower=True) if record.noise.too_noisy else None


def _lateness(record: RunRecord, name: str) -> str | None:
    """Why the generator was too late to judge a time; None if it was not."""
    lateness = record.generator.lateness_ms
    if lateness is None:
        return None
    if lateness.p99 > LATE_MS:
        return f"the generator was late by {lateness.p99:,.0f} ms (p99)"
    value = figure(record, name)
    if not name.endswith("_ms") or value is None:
        return None
    quantile = _quantile(record, name)[1]
    own: float = getattr(lateness, quantile)
    if own <= LATE_SHARE * value:
        return None
    share = f"{own / value:.0%} of what it measured, allowed is {LATE_SHARE:.0%}"
    return f"the generator itself was late by {own:,.3g} ms ({quantile}), {share}"
