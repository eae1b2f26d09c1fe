"""Each thing that can be wrong with a run's rows is counted, under its own name, and the offender is named."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.record import Ledger
from scenarios.audit.count import count
from scenarios.audit.ledger import MAX_OFFENDERS, MUST_BE_EMPTY
from scenarios.audit.rows import open_rows

OURS, POISON, OTHERS = 1, 2, 0

Event = dict[str, Any]
Lake = dict[str, list[dict[str, Any]]]


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_rows() as tables:
        tables.execute("INSERT INTO files VALUES (1, 'b.parquet'), (2, 's.parquet'), (3, 'q.parquet')")
        yield tables


def event(seq: int, outcome: str = "ok", **changes: Any) -> Event:
    """Event `seq`, which costs 1.50 and is at offset 10 + seq of partition 0."""
    plain = {
        "intended_ns": 0,
        "crc": 7000 + seq,
        "price_cents": 150,
        "stream": 0,
        "p": 0,
        "o": 10 + seq,
        "spoilt": False,
        "tries": 1,
    }
    return {"seq": seq, "outcome": outcome} | plain | changes


def bronze(seq: int | None, o: int | None = None, **changes: Any) -> dict[str, Any]:
    row = {"file": 1, "p": 0, "o": 10 + (seq or 0) if o is None else o, "who": OURS, "seq": seq, "intended_ns": 0}
    return row | {"crc": 7000 + (seq or 0)} | changes


def silver(seq: int | None, o: int | None = None, **changes: Any) -> dict[str, Any]:
    row = bronze(seq, o) | {"file": 2, "price_cents": 150} | changes
    del row["crc"]
    return row


def quarantine(seq: int | None, o: int | None = None, **changes: Any) -> dict[str, Any]:
    row = bronze(seq, o) | {"file": 3} | changes
    del row["intended_ns"]
    return row


def clean(events: int = 4) -> tuple[list[Event], Lake]:
    """So many events, the last of them spoilt and in quarantine."""
    sent = [event(seq, spoilt=seq == events - 1) for seq in range(events)]
    return sent, {
        "bronze": [bronze(seq) for seq in range(events)],
        "silver": [silver(seq) for seq in range(events - 1)],
        "quarantine": [quarantine(events - 1)],
    }


def judge(db: duckdb.DuckDBPyConnection, sent: Sequence[Event], lake: Lake) -> Ledger:
    for table, rows in {"sent": sent, **lake}.items():
        for row in rows:
            values = ", ".join(f"${name}" for name in row)
            db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})", row)  # noqa: S608 - our own names
    return count(db)


def wrong(found: Ledger) -> dict[str, int]:
    return {name: getattr(found, name) for name in MUST_BE_EMPTY if getattr(found, name)}


def test_a_run_that_adds_up_has_nothing_wrong(db: duckdb.DuckDBPyConnection) -> None:
    found = judge(db, *clean())
    assert (wrong(found), found.offenders) == ({}, {})
    assert (found.bronze, found.silver, found.quarantine, found.arrived) == (4, 3, 1, 4)
    assert (found.foreign, found.resolved, found.set_aside) == (0, 0, 0)
    assert (found.spoilt, found.spoilt_quarantined) == (1, 1)
    assert (found.price_sent, found.price_silver) == (Decimal("4.50"), Decimal("4.50"))


@pytest.mark.parametrize("resent", [False, True])
@pytest.mark.parametrize("who", [OTHERS, POISON])
def test_rows_of_others_that_bear_the_runs_numbers_are_not_taken_for_its_own(
    db: duckdb.DuckDBPyConnection, who: int, resent: bool
) -> None:
    sent, lake = clean()
    if resent:
        lake["bronze"].append(bronze(0, 99))
        lake["silver"].append(silver(0, 99))
    others = {"who": who, "intended_ns": 5}
    lake["bronze"] += [bronze(seq, 50 + seq, **others, crc=1) for seq in range(4)]
    typed = range(4) if who == OTHERS else ()
    lake["silver"] += [silver(seq, 50 + seq, **others, price_cents=999) for seq in typed if seq != 1]
    quarantined = [1] if who == OTHERS else range(4)
    lake["quarantine"] += [quarantine(seq, 50 + seq, who=who, crc=1) for seq in quarantined]
    found = judge(db, sent, lake)
    assert wrong(found) == ({"duplicated_by_client": 1} if resent else {})
    assert (found.arrived, found.foreign, found.spoilt, found.set_aside) == (4, 4, 1, 0)
    assert (found.price_sent, found.price_silver) == (Decimal("4.50"), Decimal("4.50"))


def drop_everywhere(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"].pop(1)
    lake["silver"].pop(1)


def drop_in_silver(_sent: list[Event], lake: Lake) -> None:
    lake["silver"].pop(1)


def drop_in_bronze(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"].pop(1)


def forget_the_number(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"][1] = bronze(None, 11)


def twice_in_bronze(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"] += [bronze(1), bronze(1)]


def twice_in_silver(_sent: list[Event], lake: Lake) -> None:
    lake["silver"].append(silver(1))


def in_two_tables(_sent: list[Event], lake: Lake) -> None:
    lake["quarantine"].append(quarantine(1))


def sent_twice(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"].append(bronze(1, 99))
    lake["silver"].append(silver(1, 99))


def told_it_failed(sent: list[Event], _lake: Lake) -> None:
    sent[1] = event(1, "failed", p=None, o=None)


def never_sent(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"].append(bronze(77))
    lake["silver"].append(silver(77))


def flip_a_byte(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"][1] = bronze(1, crc=1)


def lose_a_payload(_sent: list[Event], lake: Lake) -> None:
    lake["quarantine"][0] = quarantine(3, crc=None)


def change_a_price(_sent: list[Event], lake: Lake) -> None:
    lake["silver"][1] = silver(1, price_cents=151)


def shift_the_time(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"][1] = bronze(1, intended_ns=1)
    lake["silver"][1] = silver(1, intended_ns=1)


def swap_two(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"][0:2] = [bronze(1, 10), bronze(0, 11)]
    lake["silver"][0:2] = [silver(1, 10), silver(0, 11)]


def swap_two_in_silver(_sent: list[Event], lake: Lake) -> None:
    lake["silver"][0:2] = [silver(1, 10), silver(0, 11)]


def put_one_in_place_of_another(_sent: list[Event], lake: Lake) -> None:
    lake["silver"][1] = silver(0, 11)


def failed_and_there_twice(sent: list[Event], lake: Lake) -> None:
    told_it_failed(sent, lake)
    sent_twice(sent, lake)


def move_to_another_partition(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"][1] = bronze(1, p=3)
    lake["silver"][1] = silver(1, p=3)


def take_the_spoilt(_sent: list[Event], lake: Lake) -> None:
    lake["silver"].append(silver(3))
    lake["quarantine"].clear()


def take_poison(_sent: list[Event], lake: Lake) -> None:
    lake["bronze"].append(bronze(0, 50, who=POISON))
    lake["silver"].append(silver(0, 50, who=POISON))


@pytest.mark.parametrize(
    ("change", "expected", "offset", "file"),
    [
        (drop_everywhere, {"lost": 1}, 11, "b.parquet"),
        (drop_in_silver, {"misrouted": 1}, 11, "b.parquet"),
        (drop_in_bronze, {"lost": 1, "misrouted": 1}, 11, "b.parquet"),
        (forget_the_number, {"lost": 1, "phantom": 1, "misrouted": 1}, 11, "b.parquet"),
        (twice_in_bronze, {"duplicated": 2}, 11, "b.parquet"),
        (twice_in_silver, {"duplicated": 1}, 11, "s.parquet"),
        (in_two_tables, {"misrouted": 1}, 11, "s.parquet"),
        (sent_twice, {"duplicated_by_client": 1}, 99, "b.parquet"),
        (told_it_failed, {"phantom": 1}, 11, "b.parquet"),
        (never_sent, {"phantom": 1}, 87, "b.parquet"),
        (flip_a_byte, {"corrupted": 1}, 11, "b.parquet"),
        (lose_a_payload, {"corrupted": 1}, 13, "q.parquet"),
        (shift_the_time, {"corrupted": 2}, 11, "b.parquet"),
        (change_a_price, {"corrupted": 1}, 11, "s.parquet"),
        (failed_and_there_twice, {"phantom": 1, "duplicated_by_client": 1}, 99, "b.parquet"),
        (swap_two, {"reordered": 1, "displaced": 2}, 11, "b.parquet"),
        (swap_two_in_silver, {"misrouted": 2}, 11, "s.parquet"),
        (put_one_in_place_of_another, {"misrouted": 1}, 11, "s.parquet"),
        (move_to_another_partition, {"displaced": 1}, 11, "b.parquet"),
        (take_the_spoilt, {"misrouted": 1}, 13, "s.parquet"),
        (take_poison, {"misrouted": 1}, 50, "s.parquet"),
    ],
)
def test_what_is_wrong_is_counted_under_its_name_and_the_offender_named(
    db: duckdb.DuckDBPyConnection, change: Any, expected: dict[str, int], offset: int, file: str
) -> None:
    sent, lake = clean()
    change(sent, lake)
    found = judge(db, sent, lake)
    assert wrong(found) == expected
    assert set(found.offenders) == set(expected)
    first = found.offenders[next(iter(expected))][0]
    assert (first.offset, first.file) == (offset, file)


@pytest.mark.parametrize("there", [True, False])
def test_an_event_of_unknown_outcome_may_be_there_or_not(db: duckdb.DuckDBPyConnection, there: bool) -> None:
    sent, lake = clean()
    sent[1] = event(1, "unknown", p=None, o=None)
    if not there:
        drop_everywhere(sent, lake)
    found = judge(db, sent, lake)
    assert (wrong(found), found.resolved) == ({}, int(there))


def test_rows_of_others_must_balance_and_are_none_of_ours(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = clean()
    lake["bronze"] += [bronze(0, 99, who=OTHERS), bronze(None, 98, who=OTHERS), bronze(0, 97, who=POISON)]
    lake["silver"].append(silver(0, 99, who=OTHERS))
    lake["quarantine"] += [quarantine(None, 98, who=OTHERS), quarantine(0, 97, who=POISON)]
    found = judge(db, sent, lake)
    assert (wrong(found), found.foreign, found.poison, found.poison_quarantined) == ({}, 3, 1, 1)


def test_the_price_of_an_event_sent_twice_is_expected_once(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = clean()
    sent_twice(sent, lake)
    found = judge(db, sent, lake)
    assert (found.price_sent, found.price_silver) == (Decimal("4.50"), Decimal("4.50"))


def test_every_event_behind_a_later_one_is_reordered(db: duckdb.DuckDBPyConnection) -> None:
    order = [3, 0, 1, 2]
    sent = [event(seq, o=10 + place) for place, seq in enumerate(order)]
    sent.sort(key=lambda one: one["seq"])
    rows = list(enumerate(order, 10))
    lake: Lake = {
        "bronze": [bronze(s, o) for o, s in rows],
        "silver": [silver(s, o) for o, s in rows],
        "quarantine": [],
    }
    found = judge(db, sent, lake)
    assert wrong(found) == {"reordered": 3}
    assert [offender.offset for offender in found.offenders["reordered"]] == [11, 12, 13]


def test_an_event_sent_again_is_in_no_order(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = clean()
    sent[0] |= {"o": 30, "tries": 2}
    for table in ("bronze", "silver"):
        lake[table][0]["o"] = 30
    assert wrong(judge(db, sent, lake)) == {}


def test_events_that_went_in_calls_of_their_own_have_no_order(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = clean()
    for number, at in enumerate((12, 11, 10)):
        sent[number] |= {"o": at, "stream": None}
        lake["bronze"][number]["o"] = lake["silver"][number]["o"] = at
    assert wrong(judge(db, sent, lake)) == {}


def test_a_stream_that_began_later_may_be_overtaken(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = [event(0, o=11, stream=0), event(1, o=10, stream=1)], clean(2)[1]
    lake["bronze"] = [bronze(1, 10), bronze(0, 11)]
    lake["silver"] = [silver(1, 10), silver(0, 11)]
    lake["quarantine"] = []
    assert wrong(judge(db, sent, lake)) == {}


def test_a_good_event_in_quarantine_is_set_aside_and_its_price_not_expected(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = clean()
    sent[3] = event(3)
    found = judge(db, sent, lake)
    assert (wrong(found), found.set_aside) == ({}, 1)
    assert (found.price_sent, found.price_silver) == (Decimal("4.50"), Decimal("4.50"))


def test_of_many_offenders_the_first_are_named(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = clean(40)
    lake["bronze"], lake["silver"], lake["quarantine"] = [], [], []
    found = judge(db, sent, lake)
    assert found.lost == 40
    assert [offender.seq for offender in found.offenders["lost"]] == list(range(MAX_OFFENDERS))


def test_a_lost_event_of_unknown_place_is_named_by_its_nearest_neighbour(db: duckdb.DuckDBPyConnection) -> None:
    sent, lake = clean()
    drop_everywhere(sent, lake)
    sent[1] = event(1, p=-1, o=-1)
    [offender] = judge(db, sent, lake).offenders["lost"]
    assert (offender.seq, offender.offset, offender.file) == (1, 10, "b.parquet")
    assert offender.what.endswith("nearest to it is event 0, which is here")


rows_of_the_lake = st.lists(
    st.tuples(st.sampled_from(["bronze", "silver", "quarantine"]), st.integers(0, 6), st.integers(0, 6)), max_size=25
)
outcomes = st.lists(st.sampled_from(["ok", "failed", "unknown"]), max_size=7)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(rows_of_the_lake, outcomes)
def test_any_lake_is_counted_as_a_plain_count_would(rows: list[tuple[str, int, int]], given: list[str]) -> None:
    makers: dict[str, Any] = {"bronze": bronze, "silver": silver, "quarantine": quarantine}
    lake: Lake = {name: [make(seq, o) for table, seq, o in rows if table == name] for name, make in makers.items()}
    with open_rows() as tables:
        found = judge(tables, [event(seq, outcome, p=None, o=None) for seq, outcome in enumerate(given)], lake)
    at = {name: [(row["o"]) for row in lake[name]] for name in lake}
    there = {row["seq"] for row in lake["bronze"]}
    records: dict[int, set[int]] = {}
    for row in lake["bronze"]:
        records.setdefault(row["seq"], set()).add(row["o"])
    assert found.lost == sum(outcome == "ok" and seq not in there for seq, outcome in enumerate(given))
    assert found.duplicated == sum(len(offsets) - len(set(offsets)) for offsets in at.values())
    assert found.duplicated_by_client == sum(len(offsets) - 1 for offsets in records.values())
    failed = {seq for seq, outcome in enumerate(given) if outcome == "failed"}
    assert found.phantom == sum(seq in failed or seq >= len(given) for seq in there)
