"""The statements from silver to gold, on real tables: what is in quarantine and gold after them."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from reference.days.__main__ import AT_ONCE
from reference.lake.columns import SILVER
from reference.quality.rule_file import DEFAULT, MOST_SQL_BYTES, read_rules
from reference.quality.rules import OneOf
from reference.warehouse.day import NEWEST_SNAPSHOT, Checked, Generation
from reference.warehouse.gold import gold_statement
from reference.warehouse.quarantining import quarantine_statement
from reference.warehouse.summary import summarize, summary_query
from tests.reference.day_lake import DAY, DayLake, order

RULES = read_rules(DEFAULT, SILVER)
NEXT_DAY = date(2018, 5, 25)


def check(lake: DayLake, *generations: Generation) -> list[Checked]:
    snapshot = int(lake.athena.rows(NEWEST_SNAPSHOT)[0][0] or 0)
    return summarize(lake.athena, RULES, generations or (Generation(DAY, 1),), snapshot)


def to_gold(lake: DayLake, *generations: Generation) -> list[Checked]:
    checked = check(lake, *generations)
    for statement in (quarantine_statement(RULES, checked), gold_statement(RULES, checked)):
        lake.athena.change(statement)
    return checked


BAD: dict[str, dict[str, Any]] = {
    "customer-present": {"customer_id": None},
    "price-above-zero": {"price": "0.00"},
    "delivered-after-purchase": {"order_delivered_customer_date": datetime(2018, 5, 24, 9)},  # noqa: DTZ001
    "status-known": {"order_status": "lost"},
    "state-known": {"customer_state": "XX"},
    "version-once": {"order_id": "o0"},
}


def test_each_row_that_breaks_a_rule_is_quarantined_with_all_its_reasons_and_its_payload(day_lake: DayLake) -> None:
    several = {"customer_id": None, "price": "-1.00", "customer_state": "XX"}
    rows = [order(0), *(order(n, **bad) for n, bad in enumerate(BAD.values(), 1)), order(7, **several)]
    day_lake.add(rows)
    [checked] = to_gold(day_lake)
    expected = {(0, n): [rule] for n, rule in enumerate(BAD, 1)}
    expected[0, 7] = ["customer-present", "price-above-zero", "state-known"]
    assert day_lake.quarantined() == expected
    assert (checked.rows, checked.failing) == (8, 7)
    assert checked.by_rule == dict.fromkeys(BAD, 1) | {
        "customer-present": 2, "price-above-zero": 2, "state-known": 2
    }  # fmt: skip
    assert day_lake.gold() == {(DAY, "SP"): (1, "10.00", "1.50", 1)}
    payloads = {row["offset"]: row["payload"] for row in day_lake.rows("bronze.orders")}
    for row in day_lake.rows("quarantine.orders"):
        assert row["payload"] == payloads[row["offset"]]
        assert (row["topic_id"], row["producer"], row["seq"]) == ("T1", "p", row["offset"])
        assert (row["year"], row["month"], row["day"]) == (2018, 5, 24)


def test_null_passes_every_rule_but_the_one_on_null_and_has_a_row_of_its_own_in_gold(day_lake: DayLake) -> None:
    nothing = dict.fromkeys(("customer_state", "order_status", "price", "order_delivered_customer_date"))
    day_lake.add([order(0, **nothing), order(1, order_version=None), order(1, order_version=None)])
    to_gold(day_lake)
    assert day_lake.quarantined() == {}
    assert day_lake.gold() == {(DAY, None): (1, "None", "1.50", 1), (DAY, "SP"): (2, "20.00", "3.00", 1)}


def test_of_equal_versions_the_first_by_partition_and_offset_passes(day_lake: DayLake) -> None:
    day_lake.add([order(5), order(1)], partition=1, first=0)
    day_lake.add([order(1)], partition=0, first=9)
    day_lake.add([order(1, order_version=2), order(1)], partition=2, first=4)
    to_gold(day_lake)
    assert day_lake.quarantined() == {(1, 1): ["version-once"], (2, 5): ["version-once"]}


def test_a_second_run_changes_nothing(day_lake: DayLake) -> None:
    rows = [order(0), order(1, customer_id=None), order(2, customer_state="RJ"), order(3, customer_state=None)]
    day_lake.add(rows)
    to_gold(day_lake)
    tables = ("quarantine.orders", "gold.daily_regional_sales")
    before = [day_lake.snapshots(name) for name in tables]
    to_gold(day_lake)
    assert [day_lake.snapshots(name) for name in tables] == before == [1, 1]


def test_what_other_stages_have_in_quarantine_stays_and_counts_for_nothing(day_lake: DayLake) -> None:
    day_lake.add([order(0), *(order(number, customer_id=None) for number in (1, 2, 3))])
    to_gold(day_lake)
    day_lake.athena.run("UPDATE quarantine.orders SET stage = 'another', generation = 1")
    day_lake.athena.run('UPDATE quarantine.orders SET generation = 2 WHERE "offset" = 2')
    theirs = day_lake.rows("quarantine.orders")
    day_lake.athena.run("UPDATE silver.orders SET customer_id = 'c' WHERE \"offset\" > 1")
    to_gold(day_lake)
    assert day_lake.quarantined() == {(0, 1): ["customer-present"]}
    assert day_lake.rows("quarantine.orders", "stage = 'another'") == theirs
    assert day_lake.gold() == {(DAY, "SP"): (3, "30.00", "4.50", 1)}


def test_late_rows_are_in_the_next_generation_and_both_are_told_apart(day_lake: DayLake) -> None:
    day_lake.add([order(0), order(1, customer_id=None)])
    to_gold(day_lake, Generation(DAY, 1))
    day_lake.add([order(2), order(3, price="0.00")], first=2)
    to_gold(day_lake, Generation(DAY, 2))
    assert day_lake.quarantined(1) == {(0, 1): ["customer-present"]}
    assert day_lake.quarantined(2) == {(0, 1): ["customer-present"], (0, 3): ["price-above-zero"]}
    assert day_lake.gold() == {(DAY, "SP"): (2, "20.00", "3.00", 2)}


def test_rows_that_came_after_the_check_are_in_neither_quarantine_nor_gold(day_lake: DayLake) -> None:
    day_lake.add([order(0)])
    checked = check(day_lake)
    day_lake.add([order(1), order(2, customer_id=None)], first=1)
    for statement in (quarantine_statement, gold_statement):
        day_lake.athena.change(statement(RULES, checked))
    assert day_lake.quarantined() == {}
    assert day_lake.gold() == {(DAY, "SP"): (1, "10.00", "1.50", 1)}


def test_a_statement_of_an_older_generation_that_comes_late_leaves_gold_as_it_is(day_lake: DayLake) -> None:
    day_lake.add([order(0)])
    old = gold_statement(RULES, check(day_lake, Generation(DAY, 1)))
    day_lake.add([order(1), order(2, customer_state="RJ")], first=1)
    to_gold(day_lake, Generation(DAY, 2))
    day_lake.athena.change(old)
    assert day_lake.gold() == {(DAY, "SP"): (2, "20.00", "3.00", 2), (DAY, "RJ"): (1, "10.00", "1.50", 2)}


def test_with_other_rules_quarantine_and_gold_of_the_generation_are_those_of_the_last_run(day_lake: DayLake) -> None:
    day_lake.add([order(0, customer_id=None), order(1, customer_id=None, customer_state="XX")])
    to_gold(day_lake)
    assert day_lake.gold() == {}
    [only_state] = (rule for rule in RULES if rule.name == "state-known")
    checked = check(day_lake)
    for statement in (quarantine_statement, gold_statement):
        day_lake.athena.change(statement([only_state], checked))
    assert day_lake.quarantined() == {(0, 1): ["state-known"]}
    assert day_lake.gold() == {(DAY, "SP"): (1, "10.00", "1.50", 1)}
    to_gold(day_lake)
    assert day_lake.quarantined() == {(0, 0): ["customer-present"], (0, 1): ["customer-present", "state-known"]}
    assert day_lake.gold() == {}


def test_days_that_are_run_together_are_as_those_run_one_by_one(day_lake: DayLake) -> None:
    later = {"order_purchase_timestamp": datetime(2018, 5, 25, 1)}  # noqa: DTZ001
    day_lake.add([order(0), order(1, customer_id=None), order(0, **later), order(2, **later, price="0.00")])
    checked = to_gold(day_lake, Generation(DAY, 1), Generation(NEXT_DAY, 3))
    assert [(one.rows, one.failing, one.ends) for one in checked] == [(2, 1, {0: 2}), (2, 1, {0: 4})]
    assert day_lake.quarantined(1) == {(0, 1): ["customer-present"]}
    assert day_lake.quarantined(3) == {(0, 3): ["price-above-zero"]}
    assert day_lake.gold() == {(DAY, "SP"): (1, "10.00", "1.50", 1), (NEXT_DAY, "SP"): (1, "10.00", "1.50", 3)}


def test_a_day_without_rows_is_checked_as_one_of_none(day_lake: DayLake) -> None:
    day_lake.add([order(0)])
    [checked] = to_gold(day_lake, Generation(NEXT_DAY, 1))
    assert (checked.rows, checked.failing, checked.share, checked.route(0.05)) == (0, 0, 0.0, "clean")
    assert day_lake.gold() == {}


def test_only_the_files_of_the_day_are_read(day_lake: DayLake) -> None:
    later = {"order_purchase_timestamp": datetime(2018, 5, 25, 1)}  # noqa: DTZ001

    def scanned() -> int:
        snapshot = int(day_lake.athena.rows(NEWEST_SNAPSHOT)[0][0] or 0)
        return day_lake.athena.run(summary_query(RULES, [DAY], snapshot)).scanned_bytes

    day_lake.add([order(n) for n in range(50)])
    one_day = scanned()
    day_lake.add([order(n, **later) for n in range(50, 100)], first=50)
    assert one_day > 0
    assert scanned() == one_day


@pytest.mark.parametrize(("failing", "route"), [(0, "clean"), (5, "quarantine"), (6, "held")])
def test_a_day_is_held_above_the_failing_share_and_not_at_it(failing: int, route: str) -> None:
    assert Checked(Generation(DAY, 1), 1, rows=100, failing=failing).route(0.05) == route


def test_what_was_checked_goes_through_json_and_back() -> None:
    checked = Checked(Generation(DAY, 2), 2**62 + 1, 10, 3, {"a": 3}, {0: 4, 12: 9}, (2**62, 2**62 + 1), 2**62, "x")
    assert Checked.from_json(checked.to_json()) == checked
    assert Checked.from_json(Checked(Generation(DAY, 1), 1).to_json()) == Checked(Generation(DAY, 1), 1)


def test_athena_has_room_for_the_longest_statement_there_may_be() -> None:
    texts = ["v" * 1_000] * (MOST_SQL_BYTES // 1_000 - 1)
    rules = [OneOf(name="known", rule="one-of", column="order_id", values=tuple(texts))]
    days = [Generation(DAY + timedelta(days=number), 9_999) for number in range(AT_ONCE)]
    checked = [Checked(one, 2**63 - 1, received_ns=(2**62, 2**62)) for one in days]
    statements = [
        summary_query(rules, [one.day for one in days], 2**63 - 1),
        *(make(rules, checked) for make in (quarantine_statement, gold_statement)),
    ]
    assert max(len(statement.encode()) for statement in statements) < 262_144
