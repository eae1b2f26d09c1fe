"""Made-up orders are distributed as the figures of the Olist orders say, and are the same for the same seed."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import jsonschema
import numpy as np
import pytest
from keystone_native import BAD_ROW_KINDS

from loadgen.errors import SourceError
from loadgen.generated import GeneratedOrders
from loadgen.olist_csv import read_orders
from loadgen.olist_profile import day_weights, figures, first_payments
from loadgen.order_settings import BadRow, OrderSettings
from reference.contract.order import ITEM_FIELDS, ORDER_FIELDS, TIMESTAMP_FORMAT, order_json_schema

Order = dict[str, Any]
N = 60_000
SIGMAS = 5.0
"""Seeds are fixed, so a draw that passes always does; five standard deviations are refused once in two million."""
FIRST, LAST = date(2016, 9, 1), date(2018, 10, 31)
ORDERS_ROW = (
    "order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at",
    "order_delivered_carrier_date", "order_delivered_customer_date", "order_estimated_delivery_date",
)  # fmt: skip
"""The columns of the table of orders, of whose JSON the sizes are known."""


def made(count: int, **settings: Any) -> list[Order]:
    return [json.loads(event.payload) for event in GeneratedOrders(count, OrderSettings(**settings))]


@pytest.fixture(scope="module")
def orders() -> list[Order]:
    return made(N, seed=11, first_day=FIRST, last_day=LAST)


def chi_square(counts: Mapping[Any, int], weights: Mapping[Any, float]) -> float:
    """How many standard deviations Pearson's statistic lies above its mean; what is expected less than five times is
    counted together."""
    total, weight = sum(counts.values()), sum(weights.values())
    assert set(counts) <= set(weights)
    cells = [(counts.get(key, 0), total * share / weight) for key, share in weights.items()]
    rare = [cell for cell in cells if cell[1] < 5]
    cells = [cell for cell in cells if cell[1] >= 5]
    if sum(expected for _, expected in rare) >= 1:
        cells.append((sum(n for n, _ in rare), sum(expected for _, expected in rare)))
    statistic = sum((n - expected) ** 2 / expected for n, expected in cells)
    freedom = max(1, len(cells) - 1)
    return (statistic - freedom) / math.sqrt(2 * freedom)


def assert_quantiles(values: Sequence[float], table: Mapping[str, float], slack: float) -> None:
    """As large a share lies below each known quantile as its name says; `slack` is for rounding."""
    sample = np.asarray(values)
    for name, value in table.items():
        share = float(name.removeprefix("p")) / 100
        at_most, below = (sample <= value + 0.005).mean(), (sample < value - 0.005).mean()
        error = SIGMAS * math.sqrt(max(share * (1 - share), 1 / N) / len(sample)) + slack
        assert below - error <= share <= at_most + error, (name, value, below, at_most)


CATEGORIES: Mapping[str, tuple[Callable[[Order], Any], Mapping[Any, float]]] = {
    "status": (lambda o: o["order_status"], {k: v["orders"] for k, v in figures()["statuses"].items()}),
    "state": (lambda o: o["customer_state"], figures()["states"]),
    "payment": (
        lambda o: o["payment_type"],
        {**first_payments(), None: figures()["orders"] - figures()["payments"]["orders"]},
    ),
    "items": (lambda o: len(o["items"]) or None, {int(k): v for k, v in figures()["item_counts"].items()}),
    "price ending": (
        lambda o: f"{o['items'][0]['price']:.2f}"[-2:] if o["items"] else None,
        {f"{cents:0>2}": share for cents, share in figures()["item_price_endings"].items()},
    ),
}


@pytest.mark.parametrize("name", CATEGORIES)
def test_each_category_is_as_frequent_as_in_the_figures(orders: list[Order], name: str) -> None:
    category, weights = CATEGORIES[name]
    counts = Counter(category(order) for order in orders)
    known = {key: n for key, n in counts.items() if key in weights}
    if name == "price ending":
        # An ending that was not drawn on purpose may come about by chance, one time in a hundred.
        others = 1 - sum(weights.values())
        weights = {key: share + others / 100 for key, share in weights.items()}
    assert chi_square(known, weights) < SIGMAS


def test_the_test_refuses_other_categories(orders: list[Order]) -> None:
    counts = Counter(order["customer_state"] for order in orders)
    assert chi_square(counts, dict.fromkeys(counts, 1.0)) > 1000
    nearly = figures()["states"] | {"SP": figures()["states"]["SP"] * 1.1}
    assert chi_square(counts, nearly) > SIGMAS


def test_purchases_follow_month_weekday_and_hour(orders: list[Order]) -> None:
    at = [datetime.strptime(o["order_purchase_timestamp"], TIMESTAMP_FORMAT) for o in orders]  # noqa: DTZ007 - no zone
    hours = figures()["weekday_hours"]
    weights = {(day, hour): share for day, shares in enumerate(hours) for hour, share in enumerate(shares)}
    assert chi_square(Counter((moment.weekday(), moment.hour) for moment in at), weights) < SIGMAS
    months = Counter(f"{moment:%Y-%m}" for moment in at)
    assert chi_square({k: months[k] for k in figures()["months"]}, figures()["months"]) < SIGMAS
    assert (min(at).date() >= FIRST, max(at).date() <= LAST) == (True, True)


def test_a_day_weighs_as_its_month_and_weekday_do() -> None:
    first, second = day_weights(date(2018, 1, 1), date(2018, 1, 2))
    assert first / second == pytest.approx(sum(figures()["weekday_hours"][0]) / sum(figures()["weekday_hours"][1]))
    [unknown] = day_weights(date(2030, 1, 7), date(2030, 1, 7))
    assert unknown > 0


@pytest.mark.parametrize(("value", "table"), [("price", "item_price"), ("freight_value", "item_freight")])
def test_amounts_have_the_known_quantiles_and_mean(orders: list[Order], value: str, table: str) -> None:
    values = [item[value] for order in orders for item in order["items"]]
    assert_quantiles(values, figures()[table], slack=0.004)
    assert np.mean(values) == pytest.approx(figures()[f"{table}_mean"], rel=0.02)


@pytest.mark.parametrize(
    ("begin", "end", "table"),
    [
        ("order_purchase_timestamp", "order_approved_at", "hours_from_purchase_to_approval"),
        ("order_approved_at", "order_delivered_carrier_date", "hours_from_approval_to_carrier"),
        ("order_delivered_carrier_date", "order_delivered_customer_date", "hours_from_carrier_to_customer"),
        ("order_purchase_timestamp", "order_estimated_delivery_date", "hours_from_purchase_to_estimate"),
    ],
)
def test_delays_have_the_known_quantiles(orders: list[Order], begin: str, end: str, table: str) -> None:
    moments = [
        [datetime.strptime(order[name], TIMESTAMP_FORMAT) for name in (begin, end)]  # noqa: DTZ007 - no zone
        for order in orders
        if order[begin] and order[end]
    ]
    hours = [(last - first).total_seconds() / 3600 for first, last in moments]
    # Estimates are whole days: the one that is nearest to what was drawn.
    assert_quantiles(hours, figures()[table], slack=0.02 if "estimated" in end else 0.002)


@pytest.mark.parametrize(
    ("lacking", "name"),
    [
        (lambda o: o["order_approved_at"] is None, "without_approval"),
        (lambda o: o["order_delivered_carrier_date"] is None, "without_carrier"),
        (lambda o: o["order_delivered_customer_date"] is None, "without_delivery"),
        (lambda o: not o["items"], "without_items"),
    ],
)
def test_as_much_is_missing_as_is_known_of_each_status(
    orders: list[Order], lacking: Callable[[Order], bool], name: str
) -> None:
    for status, known in figures()["statuses"].items():
        mine = [order for order in orders if order["order_status"] == status]
        share = known[name] / known["orders"]
        error = SIGMAS * math.sqrt(len(mine) * share * (1 - share)) + 1e-9
        assert sum(map(lacking, mine)) == pytest.approx(len(mine) * share, abs=error), status


def test_what_hangs_together_does_so_about_as_often_as_is_known(orders: list[Order]) -> None:
    items = [item for order in orders for item in order["items"]]
    above = sum(item["freight_value"] > item["price"] for item in items) / len(items)
    assert above == pytest.approx(figures()["item_freight_above_price_share"], abs=0.004)
    again = sum(len(o["items"]) - len({json.dumps(item) for item in o["items"]}) for o in orders) / len(items)
    assert again == pytest.approx(figures()["identical_line_repeated_share"], abs=0.004)
    sold = [order for order in orders if order["items"]]
    one_seller = sum(len({item["seller_id"] for item in o["items"]}) == 1 for o in sold) / len(sold)
    assert one_seller == pytest.approx(figures()["one_seller_share"], abs=0.004)
    came = [o for o in orders if o["order_status"] == "delivered" and o["order_delivered_customer_date"]]
    late = sum(o["order_delivered_customer_date"][:10] > o["order_estimated_delivery_date"][:10] for o in came)
    assert late / len(came) == pytest.approx(figures()["late_share"], abs=0.008)


@pytest.mark.parametrize("ids", ["product", "seller"])
def test_a_few_ids_are_as_popular_as_is_known(orders: list[Order], ids: str) -> None:
    popular = Counter(order["items"][0][f"{ids}_id"] for order in orders if order["items"]).most_common()
    total, known = sum(n for _, n in popular), figures()[f"{ids}s"]
    for share, count in (("top_10_ids_share", 10), ("top_1pct_ids_share", known["ids"] // 100)):
        assert sum(n for _, n in popular[:count]) / total == pytest.approx(known[share], abs=0.02)


def test_the_rows_of_the_orders_table_have_the_known_sizes(orders: list[Order]) -> None:
    rows = ({name: order[name] for name in ORDERS_ROW} for order in orders)
    sizes = [len(json.dumps(row, separators=(",", ":"))) for row in rows]
    assert_quantiles(sizes, figures()["order_json_bytes"], slack=0)
    assert np.mean(sizes) == pytest.approx(figures()["order_json_bytes_mean"], abs=0.1)


def test_payloads_are_as_large_as_those_of_real_orders(real_orders: Path) -> None:
    """By Kolmogorov and Smirnov's distance of the two samples. Not nearer, because the figures know amounts by thirteen
    quantiles each: how many amounts have one digit less lies in between."""
    real = np.sort([len(event.payload.encode()) for event in read_orders(real_orders)])
    events = GeneratedOrders(N, OrderSettings(seed=11, first_day=FIRST, last_day=LAST))
    ours = np.sort([len(event.payload.encode()) for event in events])
    at = np.unique(np.concatenate([real, ours]))
    distance = np.abs(
        np.searchsorted(real, at, side="right") / len(real) - np.searchsorted(ours, at, side="right") / len(ours)
    ).max()
    assert distance < 0.05


def test_the_same_seed_gives_the_same_orders_and_another_others() -> None:
    assert made(50, seed=7) == made(50, seed=7)
    assert {o["order_id"] for o in made(50, seed=7)}.isdisjoint(o["order_id"] for o in made(50, seed=8))


def test_no_order_is_bad_that_was_not_to_be(orders: list[Order]) -> None:
    for order in orders:
        came = order["order_delivered_customer_date"]
        assert came is None or came >= order["order_purchase_timestamp"]
        assert order["customer_id"]
        assert order["price"] is None or order["price"] > 0


def test_order_ids_are_unique(orders: list[Order]) -> None:
    assert len({order["order_id"] for order in orders}) == N


def test_orders_follow_the_contract(orders: list[Order]) -> None:
    validator = jsonschema.Draft202012Validator(order_json_schema())
    for order in orders[:2_000]:
        assert validator.is_valid(order)
        assert list(order) == [field.name for field in ORDER_FIELDS]
        assert all(list(item) == [field.name for field in ITEM_FIELDS] for item in order["items"])


def test_sums_are_exact_and_go_beside_the_event() -> None:
    for event in GeneratedOrders(2_000, OrderSettings(seed=2)):
        order = json.loads(event.payload, parse_float=lambda text: int(text.replace(".", "")))
        assert order["price"] == event.price_cents
        if order["items"]:
            assert order["price"] == sum(item["price"] for item in order["items"])
            assert order["freight_value"] == sum(item["freight_value"] for item in order["items"])


def test_all_can_be_purchased_at_one_moment() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 999)  # noqa: DTZ001 - orders have no zone
    assert {o["order_purchase_timestamp"] for o in made(10, purchased_at=moment)} == {"2026-01-02 03:04:05"}


BAD: Mapping[str, Callable[[Order], bool]] = {
    "renamed-field": lambda o: "order_purchase_timestamp" not in o and bool(o["purchased_at"]),
    "bad-timestamp": lambda o: o["order_purchase_timestamp"] == "yesterday",
    "distant-purchase": lambda o: o["order_purchase_timestamp"].startswith("3000"),
    "price-as-text": lambda o: o["price"] == "free",
    "null-customer": lambda o: o["customer_id"] is None,
    "price-not-positive": lambda o: o["price"] == 0,
    "delivered-before-purchase": lambda o: o["order_delivered_customer_date"] < o["order_purchase_timestamp"],
    "unknown-status": lambda o: o["order_status"] == "lost",
    "unknown-state": lambda o: o["customer_state"] == "XX",
    "repeated-version": lambda _o: True,  # seen beside others only, see below
}


def test_the_kinds_of_bad_rows_are_those_of_the_generator() -> None:
    assert [name for name, _ in BAD_ROW_KINDS] == list(get_args(BadRow)) == list(BAD)


@pytest.mark.parametrize(("kind", "spoilt"), BAD_ROW_KINDS)
def test_a_share_of_rows_is_bad_in_the_way_asked_for(kind: BadRow, spoilt: bool) -> None:
    all_bad = list(GeneratedOrders(200, OrderSettings(bad_rows={kind: 1.0})))
    assert all(BAD[kind](json.loads(event.payload)) for event in all_bad)
    assert {event.spoilt for event in all_bad} == {spoilt}
    some = [event.spoilt for event in GeneratedOrders(10_000, OrderSettings(bad_rows={kind: 0.2}))]
    assert sum(some) == pytest.approx(2_000 * spoilt, abs=SIGMAS * 40)


def test_a_version_is_repeated_within_the_day_of_the_first() -> None:
    first, *repeats = made(200, bad_rows={"repeated-version": 1.0})
    assert {order["order_id"] for order in repeats} == {first["order_id"]}
    assert {order["order_purchase_timestamp"] for order in repeats} == {first["order_purchase_timestamp"]}
    some = made(10_000, bad_rows={"repeated-version": 0.2})
    assert len(some) - len({order["order_id"] for order in some}) == pytest.approx(2_000, abs=SIGMAS * 40)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"first_day": date(2018, 1, 2), "last_day": date(2018, 1, 1)},
            "last_day is 2018-01-01, allowed is 2018-01-02",
        ),
        ({"bad_rows": {"rotten": 0.1}}, "bad_rows has 'rotten', allowed are renamed-field"),
        ({"bad_rows": {"bad-timestamp": 0.7, "null-customer": 0.4}}, "add up to 1 at most"),
        ({"bad_rows": {"bad-timestamp": -0.1}}, "shares from 0"),
    ],
)
def test_orders_that_cannot_be_made_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        GeneratedOrders(1, OrderSettings(**settings))


def test_orders_taken_one_by_one_and_in_blocks_are_each_taken_once() -> None:
    def fresh() -> GeneratedOrders:
        return GeneratedOrders(3000, OrderSettings(seed=7))

    mixed = fresh()
    first = [next(mixed).payload, next(mixed).payload]
    blocks = [mixed.take(500), mixed.take(1500), mixed.take(2000), mixed.take(1)]
    assert [len(block) for block in blocks] == [500, 1500, 998, 0]
    taken = first + [payload for block in blocks for payload, _, _ in block.rows()]
    assert taken == [event.payload for event in fresh()]
