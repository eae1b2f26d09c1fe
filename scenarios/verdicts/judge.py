"""From a run's record to its verdicts and outcome: pure functions, no live system."""

from collections.abc import Sequence

from reports.record import Outcome, RunRecord, Verdict
from scenarios.model.scenario import Scenario
from scenarios.verdicts.figures import judge_figures
from scenarios.verdicts.ledger import judge_ledger

BUDGET = "budget_usd_per_million_events"


def judge(record: RunRecord) -> RunRecord:
    """The record with its verdicts and its outcome; what is expected stands in its plan."""
    scenario = Scenario.model_validate({"name": record.scenario, **record.plan})
    at_most: dict[str, float] = {str(name): bound for name, bound in scenario.upper_bounds.items()}
    at_least: dict[str, float] = {str(name): bound for name, bound in scenario.at_least.items()}
    verdicts = [
        *judge_ledger(record),
        _drained(record),
        *_faults(record, len(scenario.faults)),
        *judge_figures(record, at_most, at_least),
        *_budget(record, scenario.budget_usd_per_million_events),
    ]
    return record.model_copy(update={"verdicts": tuple(verdicts), "outcome": outcome(verdicts)})


def outcome(verdicts: Sequence[Verdict]) -> Outcome:
    """Failed if one verdict failed; else inconclusive if one could not be judged; else passed."""
    if any(verdict.passed is False for verdict in verdicts):
        return "failed"
    return "inconclusive" if any(v.passed is None for v in verdicts) else "passed"


def _drained(record: RunRecord) -> Verdict:
    lag = record.lag
    left = "unknown, Kafka does not answer" if lag.at_end is None else f"{lag.at_end:,}"
    stuck = "the tables are still being written" if lag.at_end == 0 else f"lag {left}; the writers' logs may say why"
    return Verdict(
        name="drained",
        passed=lag.drained,
        observed=f"lag 0 after {lag.drain_s:.1f} s" if lag.drained else f"given up after {lag.drain_s:.1f} s: {stuck}",
        expected="all of Kafka in the lake",
    )


def _faults(record: RunRecord, planned: int) -> list[Verdict]:
    """Whether what was to be broken was broken, and is whole again."""
    if planned and "faults" in record.skipped:
        why = f"every fault begun and undone; skipped: {record.skipped['faults']}"
        return [Verdict(name="faults", passed=None, observed="none", expected=why)]
    wrong = [f"{fault.fault} of {fault.part}: {fault.error}" for fault in record.faults if fault.error]
    wrong += [f"{f.fault} of {f.part} never began" for f in record.faults if f.began_s is None and not f.error]
    if len(record.faults) < planned:
        wrong.append(f"{planned - len(record.faults)} left no trace")
    if not record.faults and not planned:
        return []
    observed = "; ".join(wrong) or f"{len(record.faults)} begun and undone"
    return [Verdict(name="faults", passed=not wrong, observed=observed, expected="every fault begun and undone")]


def _budget(record: RunRecord, budget_usd: float | None) -> list[Verdict]:
    """A price within the budget is within it; noise makes a run slower, and so dearer, than the pipeline deserves."""
    if budget_usd is None:
        return []
    expected = f"at most ${budget_usd:g} for a million events"
    if record.cost is None:
        why = "; this target counts no requests, or nothing was acknowledged"
        return [Verdict(name=BUDGET, passed=None, observed="not metered", expected=expected + why)]
    usd = record.cost.usd_per_million_events
    if usd > budget_usd and record.noise.too_noisy:
        doubt = f"{expected}; inconclusive: {record.noise.why}"
        return [Verdict(name=BUDGET, passed=None, observed=f"${usd:.4g}", expected=doubt)]
    return [Verdict(name=BUDGET, passed=usd <= budget_usd, observed=f"${usd:.4g}", expected=expected)]
