"""A run in a few lines of text."""

from collections.abc import Iterator

from reports.record import GoldLedger, Quantiles, RunRecord, Verdict

_MARKS = {True: "pass", False: "FAIL", None: "?   "}


def summary(record: RunRecord) -> str:
    """What a person wants to know first; the last line is the outcome."""
    width = 14
    return "\n".join(
        [
            f"{record.scenario}: {record.story}" + (f" Control: {record.control}." if record.control else ""),
            *(f"{name:<{width}} {value}" for name, value in _figures(record)),
            *(f"{_MARKS[v.passed]} {_verdict(v)}" for v in record.verdicts if v.passed is not True),
            f"{sum(v.passed is True for v in record.verdicts)} of {len(record.verdicts)} verdicts pass",
            record.outcome or "not judged",
        ]
    )


def verdict_lines(record: RunRecord) -> str:
    """Every verdict, one a line."""
    return "\n".join(f"{_MARKS[verdict.passed]} {_verdict(verdict)}" for verdict in record.verdicts)


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.name}: {verdict.observed} (expected {verdict.expected})"


def _figures(record: RunRecord) -> Iterator[tuple[str, str]]:
    events, ledger, latency, lag = record.events, record.ledger, record.latency_ms, record.lag
    yield (
        "events",
        f"{events.sent:,} sent, {events.acked:,} acked, {events.failed:,} failed, {events.unknown:,} unknown",
    )
    if events.sent_again:
        yield "sent again", f"{events.sent_again:,} events; {ledger.duplicated_by_client:,} Kafka records too many"
    if events.poison_sent or events.spoilt:
        yield "bad input", f"{events.spoilt:,} events spoilt, {events.poison_sent:,} records of poison"
    sign = "=" if ledger.bronze == ledger.silver + ledger.quarantine else "IS NOT"
    yield "lake", f"{ledger.bronze:,} bronze {sign} {ledger.silver:,} silver + {ledger.quarantine:,} quarantine"
    if ledger.foreign:
        yield "of others", f"{ledger.foreign:,} rows of bronze"
    yield "lost", f"{ledger.lost:,}; duplicated {ledger.duplicated:,}, misrouted {ledger.misrouted:,}"
    yield "sum of price", f"{ledger.price_silver:,} in silver, {ledger.price_sent:,} sent"
    yield (
        "throughput",
        f"{record.throughput.acked_per_s:,.0f} acked/s of {record.throughput.offered_per_s:,.0f}/s offered",
    )
    yield "sent late", f"{_latency(record.generator.lateness_ms)}{_cpu(record)}"
    yield "acked", _latency(latency.ack)
    yield "in bronze", _latency(latency.bronze, record.unstamped.bronze)
    yield "in silver", _latency(latency.silver, record.unstamped.silver)
    if record.gold is not None:
        yield "in gold", _latency(latency.gold)
        yield from _gold(record.gold)
    left = "unknown" if lag.at_load_end is None else f"{lag.at_load_end:,}"
    end = f"{'drained in' if lag.drained else 'not drained after'} {lag.drain_s:.1f} s"
    yield "lag", f"peak {lag.peak:,}, {left} at the end of the load, {end}"
    for fault in record.faults:
        yield "fault", _fault(fault.fault, fault.part, fault.began_s, fault.ended_s, fault.error)
    if record.cost:
        million, gb = record.cost.usd_per_million_events, record.cost.usd_per_gb
        yield "cost", f"${million:.4g} for a million events, ${gb:.4g} for a GB, at this rate on AWS"
    if record.query_costs:
        yield "a day's query", ", ".join(f"${usd:.5f} {layout}" for layout, usd in _dearest_of_a_day(record).items())
    for what, why in record.skipped.items():
        yield "skipped", f"{what}: {why}"
    yield "limit", f"{record.limit.stage}: {record.limit.why}" if record.limit.stage else record.limit.why
    if record.noise.too_noisy:
        yield "noise", record.noise.why


def _dearest_of_a_day(record: RunRecord) -> dict[str, float]:
    """How the files lie → the dearest question that was put to one day."""
    of_a_day = [one for one in record.query_costs if one.days == "one"]
    return {one.layout: max(o.usd for o in of_a_day if o.layout == one.layout) for one in of_a_day}


def _gold(gold: GoldLedger) -> Iterator[tuple[str, str]]:
    held = f", {gold.held_days:,} of them held" if gold.held_days else ""
    reopened = f", {gold.reopened_days:,} opened again for {gold.late_rows:,} late rows" if gold.reopened_days else ""
    yield "days", f"{gold.days:,}{held}{reopened}; checked and written in {gold.took_s:.1f} s after the drain"
    sign = "=" if gold.rows == gold.orders + gold.quarantined + gold.held_rows else "IS NOT"
    of_held = f" + {gold.held_rows:,} of held days" if gold.held_rows else ""
    where = f"{gold.orders:,} gold + {gold.quarantined:,} quarantine{of_held}"
    yield "rows of days", f"{gold.rows:,} {sign} {where}, those of the warm-up too"
    if gold.failing:
        yield "failing", f"{gold.failing:,}: {', '.join(f'{rule} {n:,}' for rule, n in gold.by_rule.items() if n)}"


def _cpu(record: RunRecord) -> str:
    """What the sending of an event cost."""
    generator, sent = record.generator, record.events.sent
    seen = sum(stage.name.startswith("generator-") for stage in record.stages)
    # Of processes on other machines nothing is known.
    if not generator.cpu_s or not sent or (generator.workers > 1 and seen < generator.workers):
        return ""
    processes = f" by {generator.workers} processes" if generator.workers > 1 else ""
    return f"; {generator.cpu_s / sent * 1e6:,.0f} µs of CPU an event{processes}"


def _latency(quantiles: Quantiles | None, unstamped: int = 0) -> str:
    left_out = f"; of {unstamped:,} rows the journal does not know" if unstamped else ""
    if quantiles is None:
        return f"no event{left_out}"
    return f"p50 {quantiles.p50:,.1f} ms, p99 {quantiles.p99:,.1f} ms, max {quantiles.max:,.1f} ms{left_out}"


def _fault(fault: str, part: str, began_s: float | None, ended_s: float | None, error: str | None) -> str:
    if began_s is None or ended_s is None:
        return f"{fault} of {part}: never began"
    return f"{fault} of {part} from {began_s:.1f} s to {ended_s:.1f} s" + (f": {error}" if error else "")
