"""Each verdict passes on a clean record, and fails on one that deserves it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, get_args

import pytest

from reports import record as rec
from scenarios.audit.ledger import MUST_BE_EMPTY
from scenarios.model.changes import plain
from scenarios.model.library import load, names
from scenarios.model.scenario import Figure, VerdictName
from scenarios.verdicts.figures import samples_needed
from scenarios.verdicts.judge import judge, outcome
from tests.records import (
    QUANTILES,
    a_cost,
    a_fault,
    a_gold,
    a_ledger,
    a_noise,
    a_plan,
    a_query_cost,
    a_record,
    an_events,
)


def verdicts(**changes: Any) -> dict[str, rec.Verdict]:
    return {verdict.name: verdict for verdict in judge(a_record(**changes)).verdicts}


def bounded(**bounds: Any) -> dict[str, Any]:
    return {"plan": a_plan(**bounds)}


def test_a_clean_run_passes() -> None:
    judged = judge(a_record(faults=(a_fault(),)))
    assert [verdict for verdict in judged.verdicts if verdict.passed is not True] == []
    assert judged.outcome == "passed"


OFFENDER = rec.Offender(seq=7, partition=1, offset=70, file="s3://b/f.parquet", what="bronze: gone")

BROKEN: dict[str, dict[str, Any]] = {
    "sent": {"events": an_events(sent=0, acked=0), "ledger": a_ledger(bronze=0, silver=0)},
    "lost": {"ledger": a_ledger(lost=1, offenders={"lost": (OFFENDER,)})},
    "duplicated": {"ledger": a_ledger(duplicated=1)},
    "duplicated_by_client": {"ledger": a_ledger(duplicated_by_client=1)},
    "phantom": {"ledger": a_ledger(phantom=1)},
    "corrupted": {"ledger": a_ledger(corrupted=1)},
    "reordered": {"ledger": a_ledger(reordered=1)},
    "displaced": {"ledger": a_ledger(displaced=1)},
    "misrouted": {"ledger": a_ledger(misrouted=1)},
    "identity": {"ledger": a_ledger(silver=1_999)},
    "account": {"ledger": a_ledger(bronze=2_001, silver=2_001)},
    "spoilt": {"ledger": a_ledger(spoilt=3, spoilt_quarantined=2)},
    "poison": {"events": an_events(poison_sent=3, poison_delivered=3), "ledger": a_ledger(poison=3)},
    "price": {"ledger": a_ledger(price_silver=Decimal("10.51"))},
    "drained": {"lag": rec.Lag(peak=1, at_load_end=1, at_end=1, drained=False, drain_s=60.0)},
    "faults": {"faults": (a_fault(error="not undone: gone"),)},
    "failed": {"events": an_events(acked=1_999, failed=1)},
    "unknown": {"events": an_events(acked=1_999, unknown=1)},
    "quarantined": {"ledger": a_ledger(set_aside=1)},
    "ack_p99_ms": bounded(at_most={"ack_p99_ms": 19}),
    "lag_peak": bounded(at_least={"lag_peak": 101}),
    "drain_s": bounded(at_most={"drain_s": 4}),
    "acked_per_s": bounded(at_least={"acked_per_s": 1_991}),
    "deaths": bounded(at_least={"deaths": 1}),
    "restarts": bounded(at_least={"restarts": 1}),
    "takeovers": bounded(at_least={"takeovers": 1}),
    "poison_taken": bounded(at_least={"poison_taken": 1}),
    "spoilt_arrived": bounded(at_least={"spoilt_arrived": 1}),
    "day_query_usd": {"query_costs": (a_query_cost(usd=0.001),), **bounded(at_most={"day_query_usd": 0.0009})},
    "budget_usd_per_million_events": {"cost": a_cost(1.0), **bounded(budget_usd_per_million_events=0.5)},
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_verdict_fails_where_it_should(name: str) -> None:
    assert verdicts(**BROKEN[name])[name].passed is False
    assert judge(a_record(**BROKEN[name])).outcome == "failed"


def test_every_category_of_the_ledger_has_its_verdict() -> None:
    assert set(MUST_BE_EMPTY) <= set(verdicts())


def test_a_twin_may_name_each_verdict_there_is_and_no_other() -> None:
    every_figure = bounded(at_most=dict.fromkeys(get_args(Figure), 1e9), budget_usd_per_million_events=1)
    found = verdicts(**every_figure, faults=(a_fault(),), gold=a_gold(), query_costs=(a_query_cost(),))
    assert set(found) == set(get_args(VerdictName))


def test_the_price_of_a_days_question_is_that_of_the_dearest_to_files_as_they_were_written() -> None:
    others = ({"days": "all", "usd": 9.0}, {"layout": "compacted", "usd": 8.0}, {"layout": "unpartitioned", "usd": 7.0})
    costs = (a_query_cost(usd=0.1), a_query_cost(columns="all", usd=0.2), *(a_query_cost(**other) for other in others))
    judged = verdicts(query_costs=costs, **bounded(at_most={"day_query_usd": 0.2}))["day_query_usd"]
    assert (judged.passed, judged.observed) == (True, "0.2")


def test_a_price_that_could_not_be_measured_is_inconclusive_and_says_why() -> None:
    skipped = {"query_costs": "Athena does not answer"}
    judged = verdicts(skipped=skipped, **bounded(at_most={"day_query_usd": 1}))["day_query_usd"]
    assert judged.passed is None
    assert "Athena does not answer" in judged.expected


def test_a_fault_that_never_began_fails() -> None:
    assert verdicts(faults=(a_fault(began_s=None, ended_s=None),))["faults"].passed is False


def test_a_planned_fault_that_left_no_trace_fails() -> None:
    planned = bounded(faults=[{"fault": "noop", "at_s": 1, "for_s": 1, "part": "kafka"}])
    assert verdicts(**planned)["faults"].observed == "1 left no trace"
    assert verdicts(**planned)["faults"].passed is False
    assert verdicts(**planned, faults=(a_fault(fault="noop", part="kafka"),))["faults"].passed is True


@pytest.mark.parametrize(
    ("at_end", "why"),
    [
        (7, "given up after 60.0 s: lag 7; the writers' logs may say why"),
        (0, "given up after 60.0 s: the tables are still being written"),
        (None, "given up after 60.0 s: lag unknown, Kafka does not answer; the writers' logs may say why"),
    ],
)
def test_a_drain_that_came_to_no_end_says_what_is_left(at_end: int | None, why: str) -> None:
    lag = rec.Lag(peak=9, at_load_end=9, at_end=at_end, drained=False, drain_s=60.0)
    assert verdicts(lag=lag)["drained"].observed == why


def test_freshness_of_which_a_part_is_unknown_is_inconclusive_however_good_the_rest() -> None:
    unstamped = {"unstamped": rec.Unstamped(bronze=0, silver=5)}
    bounds = bounded(at_most={"silver_p99_ms": 1e6, "bronze_p99_ms": 1e6, "ack_p99_ms": 1e6})
    found = verdicts(**unstamped, **bounds)
    assert (found["silver_p99_ms"].passed, found["bronze_p99_ms"].passed) == (None, True)
    assert found["ack_p99_ms"].passed is True
    assert "5 rows are in no batch of the journal" in found["silver_p99_ms"].expected


def breaks_something(plan: Mapping[str, Any]) -> bool:
    return bool(plan["faults"] or plan["poison_per_s"] or plan["bad_rows"])


PLANS = {name: plain(load(name)) for name in names()}


@pytest.mark.parametrize("name", [name for name, plan in PLANS.items() if breaks_something(plan)])
def test_no_scenario_that_breaks_something_passes_when_nothing_happens(name: str) -> None:
    plan = PLANS[name]
    without_effect = tuple(a_fault(fault=fault["fault"], part=fault["part"]) for fault in plan["faults"])
    gold = a_gold() if plan["gold"] else None
    judged = judge(a_record(scenario=name, plan=plan, faults=without_effect, gold=gold))
    assert judged.outcome == "failed"
    assert {verdict.name for verdict in judged.verdicts if verdict.passed is False} == set(plan["at_least"])


def test_the_first_offender_is_named() -> None:
    observed = verdicts(**BROKEN["lost"])["lost"].observed
    assert "event 7, partition 1 offset 70, bronze: gone, file s3://b/f.parquet" in observed


def test_poison_that_kafka_never_confirmed_may_be_there_or_not() -> None:
    events = an_events(poison_sent=5, poison_delivered=3)
    for there in (3, 4, 5):
        ledger = a_ledger(poison=there, poison_quarantined=there, foreign=there, bronze=2_000 + there)
        assert verdicts(events=events, ledger=ledger)["poison"].passed
    ledger = a_ledger(poison=2, poison_quarantined=2)
    assert verdicts(events=events, ledger=ledger)["poison"].passed is False


NOISY = {"noise": a_noise(too_noisy=True, why="other processes used 60% of the CPU")}
LATE = rec.Generator(lateness_ms=QUANTILES.model_copy(update={"p99": 500.0}), cpu_s=1.0, stream_breaks=0, stray_acks=0)


@pytest.mark.parametrize("doubt", [NOISY, {"generator": LATE}])
def test_a_bound_on_time_that_does_not_hold_is_inconclusive_on_a_noisy_machine(doubt: dict[str, Any]) -> None:
    judged = judge(a_record(**doubt, **bounded(at_most={"ack_p99_ms": 19})))
    [unclear] = [verdict for verdict in judged.verdicts if verdict.passed is None]
    assert (unclear.name, judged.outcome) == ("ack_p99_ms", "inconclusive")


def test_a_bound_from_above_that_holds_in_spite_of_noise_holds() -> None:
    assert verdicts(**NOISY, **bounded(at_most={"ack_p99_ms": 21}))["ack_p99_ms"].passed is True


@pytest.mark.parametrize(
    ("bounds", "passed"),
    [
        ({"at_least": {"acked_per_s": 1}}, True),
        ({"at_least": {"acked_per_s": 1e6}}, None),
        ({"at_most": {"acked_per_s": 1e6}}, None),
    ],
)
def test_noise_makes_throughput_less_so_a_bound_from_below_that_holds_in_spite_of_it_holds(
    bounds: dict[str, Any], passed: bool | None
) -> None:
    assert verdicts(**NOISY, **bounded(**bounds))["acked_per_s"].passed is passed


def test_a_latency_of_which_a_quarter_is_the_generators_own_lateness_fails_nobody() -> None:
    measured = QUANTILES.model_copy(update={"p99": 40.0})
    latency = rec.Latency(ack=measured, ack_raw=None, bronze=None, silver=None)

    def judged(late_ms: float, most: float) -> rec.Verdict:
        late = LATE.model_copy(update={"lateness_ms": QUANTILES.model_copy(update={"p99": late_ms})})
        found = verdicts(latency_ms=latency, generator=late, **bounded(at_most={"ack_p99_ms": most}))
        return found["ack_p99_ms"]

    assert judged(10.0, most=30).passed is False
    doubted = judged(12, most=30)
    assert doubted.passed is None
    assert "late by 12 ms (p99), 30% of what it measured, allowed is 25%" in doubted.expected
    assert judged(12, most=50).passed is True


def test_a_bound_from_below_says_nothing_on_a_noisy_machine() -> None:
    assert verdicts(**NOISY, **bounded(at_least={"ack_p99_ms": 1}))["ack_p99_ms"].passed is None


def test_noise_excuses_nothing_in_the_ledger() -> None:
    assert judge(a_record(**NOISY, ledger=a_ledger(lost=1))).outcome == "failed"


def test_a_load_has_enough_values_for_the_rarest_of_its_percentiles() -> None:
    assert samples_needed(["ack_p50_ms", "silver_p99_ms", "drain_s"]) == 1_000
    assert samples_needed(["ack_p999_ms", "ack_p99_ms"]) == 10_000
    assert samples_needed(["drain_s", "failed"]) == samples_needed([]) == 1


def test_no_p99_from_under_a_thousand_values() -> None:
    few = rec.Latency(ack=QUANTILES.model_copy(update={"count": 999}), ack_raw=None, bronze=None, silver=None)
    verdict = verdicts(latency_ms=few, **bounded(at_most={"ack_p99_ms": 21}))["ack_p99_ms"]
    assert (verdict.passed, verdict.expected) == (None, "at most 21; inconclusive: 999 values, p99 needs 1,000")


def test_what_was_not_measured_is_inconclusive() -> None:
    none = rec.Latency(ack=None, ack_raw=None, bronze=None, silver=None)
    assert verdicts(latency_ms=none, **bounded(at_most={"silver_max_ms": 21}))["silver_max_ms"].passed is None


def test_a_budget_without_a_meter_cannot_be_judged() -> None:
    judged = judge(a_record(**bounded(budget_usd_per_million_events=0.5)))
    last = judged.verdicts[-1]
    assert (last.name, last.passed, judged.outcome) == ("budget_usd_per_million_events", None, "inconclusive")
    assert "this target counts no requests" in last.expected


@pytest.mark.parametrize(("budget", "passed"), [(0.99, None), (1.0, True)])
def test_a_budget_exceeded_on_a_noisy_machine_cannot_be_judged_one_held_is_held(
    budget: float, passed: bool | None
) -> None:
    judged = verdicts(**NOISY, cost=a_cost(1.0), **bounded(budget_usd_per_million_events=budget))
    assert judged["budget_usd_per_million_events"].passed is passed


SKIPPED = {"faults": "its parts cannot be broken: 1 left out", "processes": "its parts cannot be watched"}


@pytest.mark.parametrize("name", [name for name, plan in PLANS.items() if plan["faults"]])
def test_what_skipped_faults_were_to_bring_about_cannot_be_judged(name: str) -> None:
    judged = judge(a_record(scenario=name, plan=PLANS[name], skipped=SKIPPED))
    assert {"faults", *PLANS[name]["at_least"]} <= {v.name for v in judged.verdicts if v.passed is None}
    assert judged.outcome == "inconclusive"


def test_takeovers_cannot_be_judged_without_the_journal() -> None:
    skipped = {"journal": "Postgres did not answer"}
    for bound in ("at_most", "at_least"):
        judged = verdicts(takeovers=None, skipped=skipped, **bounded(**{bound: {"takeovers": 1}}))["takeovers"]
        assert (judged.passed, judged.observed) == (None, "none")
        assert "Postgres did not answer" in judged.expected


def test_skipped_faults_are_no_excuse_for_too_little_throughput() -> None:
    assert verdicts(skipped=SKIPPED, **bounded(at_least={"acked_per_s": 1e6}))["acked_per_s"].passed is False


@pytest.mark.parametrize(("budget", "passed"), [(0.99, False), (1.0, True)])
def test_a_budget_is_held_against_the_price(budget: float, passed: bool) -> None:
    judged = verdicts(cost=a_cost(1.0), **bounded(budget_usd_per_million_events=budget))
    assert judged["budget_usd_per_million_events"].passed is passed


def test_a_failure_outweighs_what_is_inconclusive() -> None:
    unclear = rec.Verdict(name="ack_p99_ms", passed=None, observed="", expected="")
    wrong = rec.Verdict(name="lost", passed=False, observed="", expected="")
    assert outcome([unclear, wrong]) == "failed"


EACH_TERM = {"lost": 3, "resolved": 5, "phantom": 7, "duplicated_by_client": 11, "foreign": 13}


def test_the_account_has_every_term_with_its_sign() -> None:
    bronze = 2_000 - 3 + 5 + 7 + 11 + 13
    assert verdicts(ledger=a_ledger(bronze=bronze, silver=bronze, **EACH_TERM))["account"].passed is True


@pytest.mark.parametrize("term", EACH_TERM)
def test_the_account_misses_each_term(term: str) -> None:
    bronze = 2_000 - 3 + 5 + 7 + 11 + 13
    without = EACH_TERM | {term: 0}
    assert verdicts(ledger=a_ledger(bronze=bronze, silver=bronze, **without))["account"].passed is False


def test_a_price_below_what_was_sent_fails_as_one_above_does() -> None:
    assert verdicts(ledger=a_ledger(price_silver=Decimal("10.49")))["price"].passed is False


def test_more_poison_than_was_sent_fails() -> None:
    events = an_events(poison_sent=3, poison_delivered=2)
    found = {
        n: verdicts(events=events, ledger=a_ledger(poison=n, poison_quarantined=n))["poison"].passed for n in range(5)
    }
    assert found == {0: False, 1: False, 2: True, 3: True, 4: False}


def test_one_of_two_planned_faults_without_a_trace_fails() -> None:
    two = [{"fault": "noop", "at_s": at_s, "for_s": 1, "part": "kafka"} for at_s in (1, 2)]
    assert verdicts(**bounded(faults=two), faults=(a_fault(fault="noop", part="kafka"),))["faults"].passed is False
