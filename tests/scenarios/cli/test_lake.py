"""The commands that look into the lake, on one that a run has filled."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reports.record import RunRecord
from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration


def test_rows_in_the_lake_are_read_back_the_same_by_the_lake_commands(
    keystone: Keystone, state_dir: str, record: RunRecord
) -> None:
    tables = {row["name"]: row for row in keystone("lake", "tables", "--json", "--state-dir", state_dir).json}
    assert set(tables) == {"bronze.orders", "silver.orders", "quarantine.orders", "gold.daily_regional_sales"}
    files = keystone("lake", "files", "silver", "--json", "--state-dir", state_dir).json
    assert sum(file["rows"] for file in files) == tables["silver.orders"]["rows"]
    assert all(
        re.search(r"/orders/year=\d{4}/month=\d{1,2}/day=\d{1,2}/[^/]+\.parquet$", file["path"]) for file in files
    )
    head = keystone("lake", "head", "silver.orders", "-n", "3", "--json", "--state-dir", state_dir)
    assert all("order_id" in json.loads(line) for line in head.out.splitlines())
    ours = f"FROM silver.orders WHERE producer = '{record.id}'"
    query = f"SELECT count(*) AS orders, sum(price) AS price {ours}"
    [row] = keystone("lake", "sql", query, "--json", "--state-dir", state_dir).json
    assert (row["orders"], Decimal(row["price"])) == (3000, record.ledger.price_sent)


def test_sql_may_ask_for_times_with_a_zone(keystone: Keystone, state_dir: str) -> None:
    [row] = keystone(
        "lake", "sql", "SELECT TIMESTAMPTZ '2026-01-02 03:04:05+00' AS at", "--json", "--state-dir", state_dir
    ).json
    assert datetime.fromisoformat(row["at"]) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_sql_that_cannot_be_run_is_a_usage_error(keystone: Keystone, state_dir: str) -> None:
    for statement in ("SELECT nonsense FROM silver.orders", "SELEC 1", "SELECT * FROM '/etc/passwd'", "", " ; "):
        ran = keystone("lake", "sql", statement, "--state-dir", state_dir)
        assert ran.code == 2, statement
