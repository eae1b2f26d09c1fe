"""Verdicts on a run, as pure functions over its figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.audit.counts import Ledger


@dataclass(frozen=True)
class Verdict:
    """One claim: what was expected, what was observed, whether they agree."""

    name: str
    passed: bool
    observed: str
    expected: str


def judge(sent: int, acked: int, drained: bool, ledger: Ledger) -> list[Verdict]:
    """The verdicts of a run without faults: everything is acknowledged, and everything adds up."""
    return [
        Verdict("sent", sent > 0, f"{sent:,}", "one event at least"),
        _equal("acked", acked, sent, "every event sent"),
        Verdict("drained", drained, "lag 0" if drained else _STUCK, "all of Kafka in the lake"),
        *[_zero(name, getattr(ledger, name), why) for name, why in _NOTHING.items()],
        *[
            _equal(f"{table} rows", getattr(ledger, table), ledger.distinct[table], "one for each partition and offset")
            for table in ("bronze", "silver", "quarantine")
        ],
        _equal("identity", ledger.silver + ledger.quarantine, ledger.bronze, "bronze = silver + quarantine"),
        Verdict(
            "price",
            ledger.price_silver == ledger.price_sent,
            f"{ledger.price_silver} in silver",
            f"{ledger.price_sent} sent with the same events",
        ),
    ]


_STUCK = "the lag does not get smaller any more; the writers' logs may say why (run with --keep to have them)"

_NOTHING = {
    "lost": "no acked event missing from bronze, or from both silver and quarantine",
    "duplicated": "no Kafka record twice in a table, or in silver and quarantine",
    "duplicated_by_client": "no event twice in Kafka",
    "phantom": "no event there that was refused",
    "set_aside": "no order of the run in quarantine",
    "unmatched": "no record in bronze alone or missing from it",
}


def all_passed(verdicts: Sequence[Verdict]) -> bool:
    """Whether the run holds."""
    return all(verdict.passed for verdict in verdicts)


def _equal(name: str, observed: int, expected: int, why: str) -> Verdict:
    return Verdict(name, observed == expected, f"{observed:,}", f"{expected:,}: {why}")


def _zero(name: str, observed: int, why: str) -> Verdict:
    return Verdict(name, observed == 0, f"{observed:,}", f"0: {why}")
