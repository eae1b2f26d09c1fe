"""The real orders from their files to gold: each day's gold is what pandas makes of the files by itself."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.scenarios.conftest import run_keystone

pytest.importorskip("great_expectations", reason="needs the extra quality")

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

FILES = ("orders", "order_items", "customers", "order_payments")
ALL, A_QUARTER = "", r"2017-0[456]"
"""Which days of purchase; every one has files of its own, which each statement to Athena reads."""

STATUSES = {"created", "approved", "invoiced", "processing", "shipped", "delivered", "unavailable", "canceled"}
"""What the data set's description lists."""


def by_pandas(folder: Path) -> dict[tuple[str, str], tuple[int, Decimal | None, Decimal | None]]:
    """Day and state → orders, revenue, freight, of the orders that break no rule; exact, in cents."""
    read = {name: pd.read_csv(folder / f"olist_{name}_dataset.csv", dtype=str) for name in
            ("orders", "order_items", "customers")}  # fmt: skip
    items = read["order_items"]
    for column in ("price", "freight_value"):
        items[column] = [int(Decimal(text) * 100) for text in items[column]]
    sums = items.groupby("order_id")[["price", "freight_value"]].sum()
    orders = read["orders"].join(sums, on="order_id").merge(read["customers"], on="customer_id", how="left")
    delivered, bought = orders["order_delivered_customer_date"], orders["order_purchase_timestamp"]
    clean = orders[
        orders["customer_id"].notna()
        & ~(orders["price"] <= 0)
        & ~(delivered < bought)  # texts of one form are in the order of their times
        & orders["order_status"].isin(STATUSES)
        & orders["customer_state"].str.fullmatch("[A-Z]{2}")
        & ~orders["order_id"].duplicated()
    ]
    grouped = clean.groupby([clean["order_purchase_timestamp"].str[:10], "customer_state"])
    found = grouped.agg(
        orders=("order_id", "size"),
        price=("price", lambda cents: cents.sum(min_count=1)),
        freight=("freight_value", lambda cents: cents.sum(min_count=1)),
    )
    return {key: (int(row.orders), _amount(row.price), _amount(row.freight)) for key, row in found.iterrows()}


def _amount(cents: Any) -> Decimal | None:
    return None if pd.isna(cents) else Decimal(int(cents)).scaleb(-2)


def write_some(folder: Path, days: str, to: Path) -> None:
    """The same files with the orders of some days."""
    to.mkdir()
    read = {name: pd.read_csv(folder / f"olist_{name}_dataset.csv", dtype=str) for name in FILES}
    orders = read["orders"][read["orders"]["order_purchase_timestamp"].str.match(days)]
    for name, rows in read.items():
        by = "customer_id" if name == "customers" else "order_id"
        rows[rows[by].isin(orders[by])].to_csv(to / f"olist_{name}_dataset.csv", index=False)


@pytest.mark.parametrize(
    "days", [pytest.param(A_QUARTER, marks=pytest.mark.slow), pytest.param(ALL, marks=pytest.mark.soak)]
)
def test_gold_of_the_real_orders_is_what_pandas_makes_of_the_files(
    real_orders: Path, days: str, tmp_path: Path
) -> None:
    write_some(real_orders, days, tmp_path / "orders")
    state, load = tmp_path / "state", ("--set", "warm_up_s=0", "--set", "at_least={}", "--set", "gold=true")
    try:
        # Kept for a look at gold: what is in the record is what the audit says of it.
        ran = run_keystone(
            tmp_path,
            "run",
            "quickstart",
            "--events",
            f"csv:{tmp_path / 'orders'}",
            *load,
            "--keep",
            "--state-dir",
            state,
            "--json",
        )
        assert ran.code in (0, 4), ran.err
        rows = run_keystone(
            tmp_path,
            *("lake", "sql", "SELECT day, customer_state, orders, revenue, freight FROM gold.daily_regional_sales"),
            *("--rows", "100000", "--state-dir", state, "--json"),
        ).json
    finally:
        run_keystone(tmp_path, "down", "--state-dir", state)
    in_gold = {
        (row["day"], row["customer_state"]): (row["orders"], *(_decimal(row[name]) for name in ("revenue", "freight")))
        for row in rows
    }
    assert in_gold == by_pandas(tmp_path / "orders")
    assert (ran.json["gold"]["misrouted"], ran.json["gold"]["held_days"]) == (0, 0)
    assert sum(orders for orders, *_ in in_gold.values()) == ran.json["gold"]["orders"] > 500


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None or text == "None" else Decimal(text)
