"""Figures of a run that a scenario may bound, and the verdicts on those bounds.

Noise and small samples make a verdict on time inconclusive: a percentile needs values above it, and a machine that was
busy with other things says nothing of the pipeline. A bound from above that holds in spite of noise, holds.
"""

from collections.abc import Iterator, Mapping

from reports.record import RunRecord, Verdict

LATE_MS = 100.0
"""A generator whose 99th percentile of lateness is above this did not send the load that was asked for."""

_SAMPLES = {"p50": 20, "p90": 100, "p99": 1_000, "p999": 10_000, "max": 1}
"""How many values a quantile needs: ten above it."""


def judge_figures(record: RunRecord, at_most: Mapping[str, float], at_least: Mapping[str, float]) -> Iterator[Verdict]:
    """A verdict for each bound, named as its figure."""
    for name in [*at_most, *(name for name in at_least if name not in at_most)]:
        least, most = at_least.get(name), at_most.get(name)
        value = figure(record, name)
        bounds = [("at least", least), ("at most", most)]
        expected = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
        doubt = _doubt(record, name)
        if value is None:
            yield Verdict(
                name=name, passed=None, observed="none", expected=f"{expected}; {doubt or 'nothing measured'}"
            )
            continue
        holds = (least is None or value >= least) and (most is None or value <= most)
        stands = holds and least is None and "values" not in (doubt or "")
        passed = holds if doubt is None or stands else None
        yield Verdict(
            name=name,
            passed=passed,
            observed=f"{value:,.6g}",
            expected=expected if passed is not None else f"{expected}; inconclusive: {doubt}",
        )


def figure(record: RunRecord, name: str) -> float | None:
    """A figure's value; None if nothing was measured."""
    ledger, events = record.ledger, record.events
    counts: dict[str, float] = {
        "failed": events.failed,
        "unknown": events.unknown,
        "duplicated_by_client": ledger.duplicated_by_client,
        "quarantined": ledger.set_aside,
        "lag_peak": record.lag.peak,
        "drain_s": record.lag.drain_s,
        "acked_per_s": record.throughput.acked_per_s,
        "deaths": sum(stage.deaths for stage in record.stages),
    }
    if name in counts:
        return counts[name]
    hop, quantile = name.removesuffix("_ms").split("_")
    quantiles = getattr(record.latency_ms, hop)
    value: float | None = None if quantiles is None else getattr(quantiles, quantile)
    return value


def _doubt(record: RunRecord, name: str) -> str | None:
    """Why a figure cannot be judged; None if it can."""
    if not name.endswith(("_ms", "_s")):
        return None
    if name.endswith("_ms"):
        hop, quantile = name.removesuffix("_ms").split("_")
        quantiles = getattr(record.latency_ms, hop)
        count = quantiles.count if quantiles else 0
        if count < _SAMPLES[quantile]:
            return f"{count:,} values, {quantile} needs {_SAMPLES[quantile]:,}"
    lateness = record.generator.lateness_ms
    if lateness is not None and lateness.p99 > LATE_MS:
        return f"the generator was late by {lateness.p99:,.0f} ms (p99)"
    return record.noise.why if record.noise.too_noisy else None
