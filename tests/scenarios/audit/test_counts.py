"""Each thing that can be wrong with a run's rows is counted, and under its own name."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from scenarios.audit.counts import Ledger, count
from scenarios.verdicts import all_passed, judge

RUN = "run-1"
Row = tuple[int, int, str | None, int | None]
"""partition, offset, producer, seq"""


def rows(found: Sequence[Row]) -> pa.Table:
    names = {"partition": pa.int32(), "offset": pa.int64(), "producer": pa.string(), "seq": pa.int64()}
    return pa.table({name: pa.array([r[i] for r in found], kind) for i, (name, kind) in enumerate(names.items())})


def silver(found: Sequence[Row], price: str = "1.50") -> pa.Table:
    prices = pa.array([Decimal(price)] * len(found), pa.decimal128(12, 2))
    return rows(found).append_column("price", prices)


def sent(*outcomes: str) -> pa.Table:
    return pa.table(
        {
            "seq": pa.array(range(len(outcomes)), pa.int64()),
            "outcome": pa.array(outcomes).dictionary_encode(),
            "price_cents": pa.array([150] * len(outcomes), pa.int64()),
        }
    )


def ours(*seqs: int) -> list[Row]:
    """Event `seq` of this run at offset 10 + seq."""
    return [(0, 10 + seq, RUN, seq) for seq in seqs]


def ledger(
    outcomes: Sequence[str] = ("ok", "ok", "ok"),
    bronze: Sequence[Row] = tuple(ours(0, 1, 2)),
    good: Sequence[Row] = tuple(ours(0, 1)),
    bad: Sequence[Row] = tuple(ours(2)),
) -> Ledger:
    return count(sent(*outcomes), RUN, rows(bronze), silver(good), rows(bad))


def wrong(found: Ledger) -> dict[str, int]:
    """The categories that are not 0."""
    names = ("lost", "duplicated", "duplicated_by_client", "phantom", "unmatched")
    return {name: getattr(found, name) for name in names if getattr(found, name)}


def test_a_run_that_adds_up_has_nothing_wrong() -> None:
    found = ledger()
    assert wrong(found) == {}
    assert (found.bronze, found.silver, found.quarantine, found.foreign, found.resolved) == (3, 2, 1, 0, 0)
    assert (found.price_sent, found.price_silver) == (Decimal("3.00"), Decimal("3.00"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"bronze": ours(0, 1), "good": ours(0, 1), "bad": []}, {"lost": 1}),
        ({"good": ours(0)}, {"lost": 1, "unmatched": 1}),
        ({"bronze": ours(0, 1)}, {"lost": 1, "unmatched": 1}),
        ({"good": ours(0, 1, 1)}, {"duplicated": 1}),
        ({"bronze": ours(0, 0, 0, 1, 2)}, {"duplicated": 2}),
        ({"good": ours(0, 1, 2)}, {"duplicated": 1}),
        ({"outcomes": ("ok", "ok", "failed")}, {"phantom": 1}),
        (
            {"bronze": [*ours(0, 1, 2), (1, 5, RUN, 0)], "good": [*ours(0, 1), (1, 5, RUN, 0)]},
            {"duplicated_by_client": 1},
        ),
        ({"bronze": [], "good": [], "bad": []}, {"lost": 3}),
    ],
)
def test_what_is_wrong_is_counted_under_its_name(changes: dict[str, Any], expected: dict[str, int]) -> None:
    assert wrong(ledger(**changes)) == expected


def test_an_event_whose_rows_lost_their_number_is_lost_all_the_same() -> None:
    nameless: list[Row] = [(0, 12, RUN, None)]
    assert wrong(ledger(bronze=[*ours(0, 1), *nameless], bad=nameless)) == {"lost": 1}


@pytest.mark.parametrize("there", [True, False])
def test_an_event_of_unknown_outcome_may_be_there_or_not(there: bool) -> None:
    found = ledger(("ok", "ok", "unknown"), bronze=ours(0, 1, *[2] * there), bad=ours(*[2] * there))
    assert wrong(found) == {}
    assert found.resolved == there


def test_rows_of_others_must_balance_and_are_none_of_ours() -> None:
    others: list[Row] = [(0, 99, "else", 0), (1, 99, None, None)]
    found = ledger(bronze=[*ours(0, 1, 2), *others], bad=[*ours(2), *others])
    assert (wrong(found), found.foreign) == ({}, 2)


def test_the_same_offset_in_another_partition_is_another_record() -> None:
    twin: list[Row] = [(1, 10, "else", 0)]
    found = ledger(bronze=[*ours(0, 1, 2), *twin], bad=[*ours(2), *twin])
    assert wrong(found) == {}
    assert found.distinct == {"bronze": 4, "silver": 2, "quarantine": 2}


def test_a_cent_too_much_in_silver_shows() -> None:
    found = count(sent("ok"), RUN, rows(ours(0)), silver(ours(0), "1.51"), rows([]))
    assert (found.price_sent, found.price_silver) == (Decimal("1.50"), Decimal("1.51"))


def test_orders_in_quarantine_are_counted_and_their_price_is_not_expected_in_silver() -> None:
    found = ledger()
    assert (found.set_aside, found.price_sent, found.price_silver) == (1, Decimal("3.00"), Decimal("3.00"))


def test_a_price_lost_with_its_row_shows() -> None:
    found = ledger(good=ours(0), bad=[])
    assert (found.price_sent, found.price_silver) == (Decimal("4.50"), Decimal("1.50"))


BROKEN: dict[str, Callable[[], tuple[int, int, bool, Ledger]]] = {
    "sent": lambda: (0, 0, True, count(sent(), RUN, rows([]), silver([]), rows([]))),
    "set_aside": lambda: (3, 3, True, ledger()),
    "acked": lambda: (3, 2, True, ledger()),
    "drained": lambda: (3, 3, False, ledger()),
    "lost": lambda: (3, 3, True, ledger(good=ours(0))),
    "duplicated": lambda: (3, 3, True, ledger(good=ours(0, 1, 1))),
    "phantom": lambda: (3, 3, True, ledger(("ok", "ok", "failed"))),
    "unmatched": lambda: (3, 3, True, ledger(bronze=ours(0, 1))),
    "bronze rows": lambda: (3, 3, True, ledger(bronze=ours(0, 1, 2, 2))),
    "identity": lambda: (3, 3, True, ledger(bad=[])),
    "price": lambda: (1, 1, True, count(sent("ok"), RUN, rows(ours(0)), silver(ours(0), "2.00"), rows([]))),
}


def test_the_verdicts_on_a_clean_run_all_pass() -> None:
    assert all_passed(judge(3, 3, True, ledger(good=ours(0, 1, 2), bad=[])))


@pytest.mark.parametrize("name", BROKEN)
def test_each_verdict_fails_where_it_should(name: str) -> None:
    verdicts = {verdict.name: verdict.passed for verdict in judge(*BROKEN[name]())}
    assert verdicts[name] is False
