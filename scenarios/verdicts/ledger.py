"""Verdicts on where the events are. They hold or not, however noisy the machine was."""

from collections.abc import Iterator, Sequence

from reports.record import Events, Ledger, Offender, RunRecord, Verdict

_EMPTY = {
    "lost": "no acknowledged event missing from bronze",
    "duplicated": "no Kafka record twice in a table",
    "phantom": "no event there that had failed or was never sent",
    "corrupted": "no payload or price other than was sent",
    "reordered": "no event behind a later one of its stream and partition, at their first tries",
    "displaced": "no event elsewhere than it was acknowledged",
    "misrouted": "every record in bronze, and in either silver or quarantine; of days that went to gold every row in "
    "its sums or in quarantine, as the rules say",
}
"""duplicated_by_client is not here: a scenario may allow some, so it is a figure with a bound."""


def judge_ledger(record: RunRecord) -> Iterator[Verdict]:
    """One verdict for each category, and one for each sum that must come out."""
    events, ledger = record.events, record.ledger
    yield Verdict(name="sent", passed=events.sent > 0, observed=f"{events.sent:,}", expected="one event at least")
    for name, why in _EMPTY.items():
        found: int = getattr(ledger, name)
        offenders = ledger.offenders.get(name, ())
        if name == "misrouted" and record.gold is not None:
            found, offenders = found + record.gold.misrouted, (*offenders, *record.gold.offenders)
        yield Verdict(name=name, passed=found == 0, observed=_named(offenders, found), expected=f"0: {why}")
    yield _equal("identity", ledger.silver + ledger.quarantine, ledger.bronze, "bronze = silver + quarantine")
    yield _equal("account", ledger.bronze, _accounted(events, ledger), _ACCOUNT)
    yield _equal("spoilt", ledger.spoilt_quarantined, ledger.spoilt, "what was spoilt and arrived is in quarantine")
    yield _poison(events, ledger)
    if record.gold is not None:
        gold = record.gold
        yield _equal("gold", gold.orders + gold.quarantined + gold.held_rows, gold.rows, _GOLD)
    yield Verdict(
        name="price",
        passed=ledger.price_silver == ledger.price_sent,
        observed=f"{ledger.price_silver:,} in silver",
        expected=f"{ledger.price_sent:,} sent with the same events",
    )


def is_in_one_place(ledger: Ledger) -> bool:
    """Whether a lake adds up of which nobody knows what was sent."""
    return ledger.duplicated == ledger.misrouted == 0 and ledger.silver + ledger.quarantine == ledger.bronze


_GOLD = "rows of the run's days in silver = in gold's sums + in quarantine (quality) + of held days"
_ACCOUNT = "bronze = acked - lost + resolved + phantom + resent + others' rows"


def _accounted(events: Events, ledger: Ledger) -> int:
    ours = events.acked - ledger.lost + ledger.resolved + ledger.phantom + ledger.duplicated_by_client
    return ours + ledger.foreign


def _poison(events: Events, ledger: Ledger) -> Verdict:
    """What Kafka never confirmed may be there or not; what is there is in quarantine."""
    there = events.poison_delivered <= ledger.poison <= events.poison_sent
    return Verdict(
        name="poison",
        passed=there and ledger.poison_quarantined == ledger.poison,
        observed=f"{ledger.poison_quarantined:,} in quarantine, {ledger.poison:,} in bronze",
        expected=f"{events.poison_delivered:,} to {events.poison_sent:,} in both: all that Kafka confirmed",
    )


def _named(offenders: Sequence[Offender], found: int) -> str:
    """The count, and the first offender."""
    first = next(iter(offenders), None)
    if first is None:
        return f"{found:,}"
    if first.seq is None and first.offset is None:
        return f"{found:,}; the first: {first.what}"
    place = f"partition {first.partition} offset {first.offset}" if first.offset is not None else "never acknowledged"
    return f"{found:,}; the first: event {first.seq}, {place}, {first.what}, file {first.file or 'none'}"


def _equal(name: str, observed: int, expected: int, why: str) -> Verdict:
    return Verdict(name=name, passed=observed == expected, observed=f"{observed:,}", expected=f"{expected:,}: {why}")
