"""Wrong words on the command line: each is answered with what is allowed, exit code 2, and no traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.conftest import Keystone

INTERRUPTED_IMPORT = """
import os, signal, sys
from scenarios.cli.__main__ import main

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "scenarios.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
main()
"""
RUN = ("run", "quickstart", "--events")
ONE_BROKEN_PRICE = {
    "customers": "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,customer_state\n",
    "order_payments": "order_id,payment_sequential,payment_type,payment_installments,payment_value\n",
    "orders": "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
    "order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date\n",
    "order_items": "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value\n"
    "o,1,p,s,2018-01-01 00:00:00,12.3x,0\n",
}


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("run", "black-friday"), "scenario is 'black-friday', allowed are broker-restarted"),
        ((*RUN, "kafka:topic"), "events is 'kafka:topic', allowed is olist"),
        ((*RUN, "generated:many"), "events is 'generated:many'"),
        ((*RUN, "csv:nowhere"), "nowhere"),
        (("run", "quickstart", "--set", "phases.0.rate_per_s=0"), "rate_per_s is 0"),
        (("run", "quickstart", "--set", "nonsense"), "allowed is KEY=VALUE"),
        (("sql",), "one of a STATEMENT, - for one from standard input, --file and --history is needed"),
        (("sql", "  "), "the statement is empty"),
        (("sql", "SELECT 1", "--file", "/dev/null"), "only one of a STATEMENT and --file"),
        (("sql", "SELECT 1", "--json", "--format", "csv"), "--json and --format csv exclude each other"),
        (("sql", "SELECT 1", "--history"), "--history goes with --workgroup, --rows and --json alone"),
        (("frobnicate",), "No such command 'frobnicate'"),
        (("up", "--writers", "-1"), "--writers"),
    ],
)
def test_what_is_not_understood_is_answered_with_what_is(
    keystone: Keystone, arguments: tuple[str, ...], answer: str
) -> None:
    ran = keystone(*arguments)
    assert ran.code == 2
    assert answer in ran.err


def test_a_statement_that_is_no_text_is_bad_use(keystone: Keystone, tmp_path: Path) -> None:
    (tmp_path / "odd.sql").write_bytes(b"\xff\xfeSELECT")
    ran = keystone("sql", "--file", "odd.sql")
    assert (ran.code, "odd.sql is no text in UTF-8" in ran.err) == (2, True)


def test_a_broken_row_is_named_by_file_line_column_and_value(keystone: Keystone, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    for name, lines in ONE_BROKEN_PRICE.items():
        (folder / f"olist_{name}_dataset.csv").write_text(lines)
    ran = keystone(*RUN, f"csv:{folder}")
    assert ran.code == 2
    for fact in ("olist_order_items_dataset.csv", "line 2", "price", "12.3x"):
        assert fact in ran.err


def test_a_bad_line_of_ones_own_events_is_named_before_anything_starts(keystone: Keystone, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text('{"order_id": "a"}\n{"order_id": 7}\n')
    ran = keystone(*RUN, "jsonl:mine.jsonl", "--dry-run")
    assert ran.code == 2
    assert "mine.jsonl, line 2: order_id is 7" in ran.err


def test_a_dry_run_can_be_read_by_a_script(keystone: Keystone) -> None:
    ran = keystone("run", "writer-killed", "--twin", "--dry-run", "--json")
    assert ran.json["scenario"]["faults"][0]["fault"] == "kill"
    assert ran.json["control"] == "forgetful"


def test_a_damaged_record_is_an_error_in_one_line(keystone: Keystone, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "damaged"
    folder.mkdir(parents=True)
    for content, problem in (("{}", "id: Field required"), ("{", "Invalid JSON")):
        (folder / "run.json").write_text(content)
        ran = keystone("show", "damaged")
        assert (ran.code, len(ran.err.splitlines())) == (3, 1)
        assert problem in ran.err


@pytest.mark.integration
def test_an_unknown_table_is_answered_with_the_tables_there_are(keystone: Keystone, state_dir: str) -> None:
    for command in ("files", "head"):
        ran = keystone("lake", command, "platinum", "--state-dir", state_dir)
        assert ran.code == 2
        assert "no table 'platinum'; the catalog has bronze.orders, gold.daily_regional_sales" in ran.err


def test_the_lake_of_no_stack_is_an_error_that_says_how_to_start_one(keystone: Keystone) -> None:
    for command in (("lake", "tables"), ("sql", "SELECT 1")):
        ran = keystone(*command)
        assert (ran.code, "start one with: keystone up\n" in ran.err) == (3, True)
    elsewhere = keystone("lake", "tables", "--state-dir", "else where")
    assert "start one with: keystone up --state-dir " in elsewhere.err


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("up",),
        ("status",),
        ("down",),
        ("stop",),
        ("start",),
        ("kill",),
        ("run",),
        ("ls",),
        ("show",),
        ("audit",),
        ("controls",),
        ("lake", "sql"),
        ("sql",),
        ("doctor",),
        ("lake",),
        ("lake", "head"),
    ],
)
def test_every_command_teaches_itself(keystone: Keystone, command: tuple[str, ...]) -> None:
    ran = keystone(*command, "--help")
    assert ran.code == 0
    assert "Usage: " in ran.out


def test_the_doctor_finds_all_that_is_needed(keystone: Keystone) -> None:
    ran = keystone("doctor", "--json")
    assert (ran.code, [n["name"] for n in ran.json if not (n["ok"] or n["optional"])]) == (0, [])


def test_the_doctor_says_how_to_get_what_is_missing(keystone: Keystone, tmp_path: Path) -> None:
    ran = keystone("doctor", environment={"PATH": str(tmp_path)})
    assert ran.code == 1
    assert "java" in ran.out
    assert "apt-get install default-jre-headless" in ran.out


def test_status_of_no_stack_is_json_too(keystone: Keystone) -> None:
    ran = keystone("status", "--json")
    assert (ran.code, json.loads(ran.out)["state"]) == (3, "down")


def test_a_promise_that_the_plan_cannot_keep_is_told_before_the_run(keystone: Keystone) -> None:
    ran = keystone("run", "quickstart", "--dry-run", "--set", "at_least.acked_per_s=9999")
    assert ran.code == 0
    assert "this cannot pass: at_least.acked_per_s is 9999, but only 2000 events a second are planned" in ran.err
    assert "cannot pass" not in keystone("run", "quickstart", "--dry-run").err
    assert "cannot pass" not in keystone("run", "quickstart", "--dry-run", "--events", "olist:3000").err


def test_ctrl_c_while_the_commands_are_loaded_is_answered_in_one_line() -> None:
    early = subprocess.run([sys.executable, "-c", INTERRUPTED_IMPORT], capture_output=True, text=True, check=False)
    assert (early.returncode, early.stderr) == (130, "keystone: interrupted\n")
