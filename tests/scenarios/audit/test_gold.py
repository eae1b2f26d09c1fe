"""The audit of days that went to gold: each way in which a row or a sum can be elsewhere than the rules say."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import reference.quality
from reports.record import GoldLedger
from scenarios.audit.count import count
from scenarios.audit.day_states import SCHEMA
from scenarios.audit.freshness import gold_freshness
from scenarios.audit.gold import audit_gold
from scenarios.audit.marks import Marks
from scenarios.audit.own_rules import PROJECTS_OWN, own_rules
from scenarios.audit.rows import load_lake, open_rows
from scenarios.targets.errors import TargetError
from tests.scenarios.audit.test_rows import Lake

RULES = (Path(reference.quality.__file__).parent / "rules.yaml").read_text()

DAY = date(2018, 5, 24)
AT = {"year": 2018, "month": 5, "day": 24}
GOOD = AT | {
    "topic_id": "T", "partition": 0, "producer": "run", "intended_ns": 0, "replay_id": None, "order_version": 1,
    "customer_id": "c", "customer_state": "SP", "order_status": "delivered",
    "order_purchase_timestamp": datetime(2018, 5, 24, 10), "order_delivered_customer_date": datetime(2018, 6, 1),  # noqa: DTZ001
    "price": Decimal("10.00"), "freight_value": Decimal("1.50"),
}  # fmt: skip
GENERATION_1 = {"day": DAY, "generation": 1, "route": "quarantine", "gold_ns": 5_000_000, "partition": 0, "end": 9}


PAYLOAD = b"{}"
BRONZE = ("topic_id", "partition", "offset", "producer", "seq", "intended_ns")


def silver(offset: int, **changes: Any) -> dict[str, Any]:
    return GOOD | {"offset": offset, "seq": offset, "order_id": f"o{offset}"} | changes


def set_aside(offset: int, *reasons: str, generation: int = 1) -> dict[str, Any]:
    row = {"topic_id": "T", "partition": 0, "offset": offset, "seq": offset, "producer": "run", "replay_id": None}
    return row | AT | {"stage": "quality", "generation": generation, "reasons": list(reasons), "payload": PAYLOAD}


def sums(
    orders: int, state: str | None = "SP", cents: int = 1_000, freight: int = 150, generation: int = 1
) -> dict[str, Any]:
    price, sent = (Decimal(amount * orders).scaleb(-2) for amount in (cents, freight))
    return {
        "day": DAY,
        "customer_state": state,
        "orders": orders,
        "revenue": price,
        "freight": sent,
        "generation": generation,
    }


ROWS = [silver(0), silver(1), silver(2, customer_id=None, price=Decimal("0.00")), silver(3, order_id="o0")]
QUARANTINE = [set_aside(2, "customer-present", "price-above-zero"), set_aside(3, "version-once")]
GOLD = [sums(2)]
TWO = (GENERATION_1, GENERATION_1 | {"generation": 2})
OF_2: dict[str, Any] = {
    "quarantine": [row | {"generation": 2} for row in QUARANTINE], "gold": [sums(2, generation=2)]
}  # fmt: skip
"""What is there once the day was opened again."""


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_rows() as tables:
        yield tables


def audited(
    db: duckdb.DuckDBPyConnection,
    rows: list[dict[str, Any]] = ROWS,
    quarantine: list[dict[str, Any]] = QUARANTINE,
    gold: list[dict[str, Any]] = GOLD,
    states: tuple[dict[str, Any], ...] = (GENERATION_1,),
    rules: Mapping[str, str] = PROJECTS_OWN,
    hold_above: float = 0.5,
) -> GoldLedger:
    bronze = [{name: row[name] for name in BRONZE} | {"payload": PAYLOAD} for row in rows]
    tables = {"bronze": bronze, "silver": rows, "quarantine": quarantine, "gold": gold}
    lake: Any = Lake(**{name: {f"{name[0]}.parquet": found} for name, found in tables.items()})
    load_lake(db, lake, Marks("T", {0: 0}), "run")
    # As a run's audit has it: the ledger's tables are there, too.
    count(db)
    return audit_gold(db, lake, "T", pa.Table.from_pylist(list(states), SCHEMA), rules, hold_above)


def test_days_that_went_where_the_rules_say_have_nothing_astray(db: duckdb.DuckDBPyConnection) -> None:
    found = audited(db)
    assert (found.misrouted, found.offenders) == (0, ())
    assert (found.days, found.rows, found.failing, found.quarantined, found.orders) == (1, 4, 2, 2, 2)
    assert found.by_rule == dict.fromkeys(PROJECTS_OWN, 0) | {
        "customer-present": 1, "price-above-zero": 1, "version-once": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"quarantine": QUARANTINE[:1]}, "silver: breaks version-once, and is not in quarantine"),
        ({"quarantine": [*QUARANTINE, set_aside(0, "state-known")]}, "for state-known, and it breaks nothing"),
        ({"quarantine": [set_aside(2, "price-above-zero"), QUARANTINE[1]]}, "breaks customer-present price-above-zero"),
        ({"quarantine": [*QUARANTINE, QUARANTINE[1]]}, "quarantine: 2 times in one generation"),
        ({"quarantine": [*QUARANTINE, set_aside(8, "state-known")]}, "it breaks nothing"),
        ({"quarantine": [QUARANTINE[0], set_aside(3, "version-once", generation=7)]}, "is not in quarantine"),
        ({"quarantine": [QUARANTINE[0] | {"payload": b"[]"}, QUARANTINE[1]]}, "its payload is not the one in bronze"),
        ({"quarantine": [QUARANTINE[0] | {"payload": None}, QUARANTINE[1]]}, "its payload is not the one in bronze"),
        ({"quarantine": [QUARANTINE[0] | {"topic_id": "U"}, QUARANTINE[1]]}, "is not in quarantine"),
        ({"quarantine": [*QUARANTINE, QUARANTINE[0] | {"topic_id": "U"}]}, "and it breaks nothing"),
        ({"quarantine": [*QUARANTINE, set_aside(2, "version-once", generation=7)]}, "which nobody has checked"),
        ({"states": TWO, **OF_2, "quarantine": [*OF_2["quarantine"], set_aside(8, "a")]}, "1, and not in silver"),
        ({"states": TWO, **OF_2, "quarantine": [*OF_2["quarantine"], *QUARANTINE, QUARANTINE[0]]}, "2 times in one"),
        ({"states": TWO, **OF_2, "gold": [sums(2)]}, "SP is of generation 1, the newest is 2"),
        ({"gold": [sums(2, generation=2)]}, "SP is of generation 2, the newest is 1"),
        ({"gold": [sums(3)]}, "SP has 3 orders for 30.0 and freight of 4.5, its clean rows are 2 for 20.0 and 3.0"),
        ({"gold": [sums(2, cents=999)]}, "SP has 2 orders for 19.98"),
        ({"gold": [sums(2, freight=151)]}, "freight of 3.02"),
        ({"gold": []}, "SP has 0 orders"),
        ({"gold": [sums(2), sums(1, "RJ")]}, "RJ has 1 orders for 10.0 and freight of 1.5, its clean rows are 0"),
        ({"gold": [sums(2), sums(1, None)]}, "NULL has 1 orders"),
        ({"gold": [sums(1), sums(1)]}, "SP is there 2 times"),
        ({"hold_above": 0.4}, "quarantine: of a day that is to be held"),
        ({"hold_above": 0.4, "quarantine": []}, "gold: 2018-05-24 SP is of a day that is to be held"),
        ({"states": ()}, "is not in quarantine"),
    ],
)  # fmt: skip
def test_what_is_not_where_it_belongs_is_named(
    db: duckdb.DuckDBPyConnection, changes: dict[str, Any], told: str
) -> None:
    found = audited(db, **changes)
    assert found.misrouted >= 1
    assert any(told in offender.what for offender in found.offenders), found.offenders


def test_what_an_older_generation_had_in_quarantine_may_stay_there(db: duckdb.DuckDBPyConnection) -> None:
    older = [*QUARANTINE, set_aside(0, "price-above-zero")]
    found = audited(db, states=TWO, gold=OF_2["gold"], quarantine=[*OF_2["quarantine"], *older])
    assert (found.misrouted, found.quarantined) == (0, 2)


def test_a_held_day_is_neither_in_gold_nor_in_quarantine(db: duckdb.DuckDBPyConnection) -> None:
    found = audited(db, quarantine=[], gold=[], hold_above=0.4)
    assert (found.misrouted, found.held_days, found.held_rows, found.orders) == (0, 1, 4, 0)


def test_a_day_that_is_held_since_late_rows_came_keeps_what_it_had_in_gold(db: duckdb.DuckDBPyConnection) -> None:
    again = GENERATION_1 | {"generation": 2, "route": "held", "gold_ns": None}
    found = audited(db, quarantine=[], states=(GENERATION_1, again), hold_above=0.4)
    assert (found.misrouted, found.held_days, found.orders) == (0, 1, 0)


BOUGHT = datetime(2018, 5, 24, 10)  # noqa: DTZ001 - local, as in the lake


@pytest.mark.parametrize(
    ("rule", "changes", "broken"),
    [
        ("price-above-zero", {"price": Decimal("0.01")}, 0),
        ("price-above-zero", {"price": Decimal("0.00")}, 1),
        ("price-above-zero", {"price": None}, 0),
        ("delivered-after-purchase", {"order_delivered_customer_date": BOUGHT}, 0),
        ("delivered-after-purchase", {"order_delivered_customer_date": BOUGHT - timedelta(microseconds=1)}, 1),
        ("delivered-after-purchase", {"order_delivered_customer_date": None}, 0),
        ("status-known", {"order_status": "unavailable"}, 0),
        ("status-known", {"order_status": "lost"}, 1),
        ("status-known", {"order_status": None}, 0),
        ("state-known", {"customer_state": "TO"}, 0),
        ("state-known", {"customer_state": "XX"}, 1),
        ("state-known", {"customer_state": "sp"}, 1),
        ("customer-present", {"customer_id": ""}, 0),
        ("version-once", {"order_version": 2}, 0),
        ("version-once", {"partition": 1, "offset": 0}, 1),
        ("version-once", {"order_id": None}, 0),
        ("version-once", {"day": 25, "order_purchase_timestamp": BOUGHT + timedelta(days=1)}, 0),
    ],
)  # fmt: skip
def test_the_audits_own_rules_stand_where_the_projects_are_meant_to(
    db: duckdb.DuckDBPyConnection, tmp_path: Path, rule: str, changes: dict[str, Any], broken: int
) -> None:
    rows = [silver(7, order_id="same"), silver(9, order_id="same") | changes]
    if rule != "version-once":
        rows[1]["order_id"] = "another"
    assert audited(db, rows=rows).by_rule[rule] == broken
    file = tmp_path / "mine.yaml"
    file.write_text(RULES)
    with open_rows() as again:
        assert audited(again, rows=rows, rules=own_rules(file)).by_rule[rule] == broken


def test_of_equal_rows_the_first_by_partition_and_offset_is_the_good_one(db: duckdb.DuckDBPyConnection) -> None:
    rows = [silver(9, order_id="same"), silver(1, order_id="same", partition=1), silver(3, order_id="same")]
    found = audited(db, rows=rows, quarantine=[], gold=[], hold_above=1)
    told = {(one.partition, one.offset) for one in found.offenders if "version-once" in one.what}
    assert told == {(0, 9), (1, 1)}


@pytest.mark.parametrize("column", ["producer", "topic_id", "replay_id", "intended_ns", "seq"])
def test_a_rule_on_any_column_of_silver_can_be_audited(
    db: duckdb.DuckDBPyConnection, tmp_path: Path, column: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"- {{name: there, rule: not-null, column: {column}}}\n")
    assert audited(db, rules=own_rules(file)).by_rule == {"there": 4 if column == "replay_id" else 0}


def test_days_of_others_are_not_judged(db: duckdb.DuckDBPyConnection) -> None:
    theirs = silver(5, producer="other", year=2019, customer_id=None)
    found = audited(db, rows=[*ROWS, theirs], gold=[*GOLD, sums(9) | {"day": date(2019, 5, 24)}])
    assert (found.misrouted, found.days, found.rows) == (0, 1, 4)


def test_an_event_is_in_gold_from_the_first_generation_on_that_has_it(db: duckdb.DuckDBPyConnection) -> None:
    again = GENERATION_1 | {"generation": 2, "gold_ns": 9_000_000, "end": 12}
    rows = [*ROWS, silver(10)]
    db.execute("INSERT INTO sent SELECT n, 1000000, 'ok', 0, 0, 0, 0, n, false, 1 FROM range(11) AS t (n)")
    quarantine = [row | {"generation": 2} for row in QUARANTINE]
    assert audited(db, rows, quarantine, [sums(3, generation=2)], (GENERATION_1, again)).misrouted == 0
    latencies: list[Any] = [us for batch in gold_freshness(db, 1_000_000) for us in batch["us"].to_pylist()]
    assert sorted(latencies) == [4_000, 4_000, 8_000]


def test_ones_own_rules_are_judged_by_as_well(db: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "- {name: there, rule: not-null, column: customer_id}\n- {name: dear, rule: above, column: price, bound: 5}\n"
        "- {name: ordered, rule: not-before, column: order_delivered_customer_date, other: order_purchase_timestamp}\n"
        "- {name: here, rule: one-of, column: customer_state, values: [RJ, SP]}\n"
        "- {name: once, rule: unique, columns: [order_id]}\n"
    )
    found = audited(db, quarantine=[set_aside(2, "there", "dear"), set_aside(3, "once")], rules=own_rules(file))
    assert (found.misrouted, found.by_rule) == (0, {"there": 1, "dear": 1, "ordered": 0, "here": 0, "once": 1})


def test_a_rule_that_the_audit_does_not_know_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("- {name: a, rule: odd, column: price}\n")
    with pytest.raises(TargetError, match="knows no rule of kind 'odd'"):
        own_rules(file)
