"""keystone sql, on a stack whose lake a run has filled."""

import json
import signal
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from reports.record import RunRecord
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import KEYSTONE, Keystone, wait_for
from tests.scenarios.targets.endpoints_file import write_endpoints_file

pytestmark = pytest.mark.integration

NUMBERS = "(SELECT n FROM UNNEST(sequence(1, 10000)) t(n))"
HINT = "--database NAME says where names without a database are looked up"
ENDLESS = f"SELECT count(*) FROM {NUMBERS} a, {NUMBERS} b, {NUMBERS} c WHERE a.n * b.n < c.n"  # noqa: S608 - ours


def test_a_querys_rows_are_those_in_the_lake(keystone: Keystone, state_dir: str, record: RunRecord) -> None:
    ours = f"FROM silver.orders WHERE producer = '{record.id}'"
    query = f"SELECT count(*) AS orders, sum(price) AS price {ours}"
    ran = keystone("sql", query, "--json", "--state-dir", state_dir)
    [row] = ran.json
    assert (row["orders"], Decimal(row["price"])) == (3000, record.ledger.price_sent)
    assert " B scanned, 10 MB billed, " in ran.err
    assert ran.err.endswith("s, $0.000050 on AWS\n")


def test_a_table_is_shortened_and_says_by_how_much(keystone: Keystone, state_dir: str) -> None:
    query = "SELECT n, n * n AS square FROM UNNEST(sequence(1, 2500)) t(n) ORDER BY n"
    ran = keystone("sql", query, "--rows", "2", "--state-dir", state_dir)
    assert ran.out == "n  square\n1       1\n2       4\n"
    assert "2,498 rows more; --rows N shows N, --format csv and json all" in ran.err


def test_csv_has_all_rows_of_all_pages(keystone: Keystone, state_dir: str) -> None:
    query = "SELECT n FROM UNNEST(sequence(1, 2500)) t(n) ORDER BY n"
    ran = keystone("sql", query, "--format", "csv", "--state-dir", state_dir)
    assert ran.out.splitlines() == ['"n"', *(f'"{number}"' for number in range(1, 2501))]


def test_a_statement_may_come_from_a_file_or_standard_input(keystone: Keystone, state_dir: str, tmp_path: Path) -> None:
    (tmp_path / "one.sql").write_text("SELECT 1 AS one -- a comment\n", encoding="utf-8-sig")
    assert keystone("sql", "--file", "one.sql", "--state-dir", state_dir).out == "one\n  1\n"
    command = [str(KEYSTONE), "sql", "-", "--json", "--state-dir", state_dir]
    said = subprocess.run(command, input="SELECT 2 AS two", capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == [{"two": 2}]


def test_statements_that_write_say_how_many_rows(keystone: Keystone, state_dir: str) -> None:
    def ask(statement: str) -> str:
        ran = keystone("sql", statement, "--database", "gold", "--state-dir", state_dir)
        assert ran.code == 0, ran.err
        return ran.out + ran.err

    table = "LOCATION 's3://athena-results/numbers/' TBLPROPERTIES ('table_type'='ICEBERG')"
    assert ask(f"CREATE TABLE numbers (n int) {table}").startswith("keystone: 0 B scanned, 0 MB billed, ")
    try:
        assert ask("INSERT INTO numbers VALUES 1, 2, 3").startswith("keystone: 3 rows written, 0 B scanned")
        assert "numbers" in ask("SHOW TABLES").splitlines()
    finally:
        ask("DROP TABLE numbers")


def test_status_lists_hives_tables_and_views_too(keystone: Keystone, state_dir: str) -> None:
    def ask(statement: str) -> None:
        assert keystone("sql", statement, "--database", "gold", "--state-dir", state_dir).code == 0, statement

    place = "s3://athena-results/plain/"
    ask(f"CREATE TABLE plain WITH (external_location = '{place}') AS SELECT 1 AS n")
    ask("CREATE VIEW seen AS SELECT n FROM plain")
    try:
        tables = {
            table["name"]: table for table in keystone("status", "--json", "--state-dir", state_dir).json["tables"]
        }
        assert tables["gold.plain"] == {"name": "gold.plain", "location": place, "metadata_location": None}
        assert tables["gold.seen"] == {"name": "gold.seen", "location": None, "metadata_location": None}
        assert tables["silver.orders"]["metadata_location"].endswith(".metadata.json")
    finally:
        ask("DROP VIEW seen")
        ask("DROP TABLE plain")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT 1 / 0", "keystone: DIVISION_BY_ZERO: Division by zero\n"),
        ("SELEC 1", "keystone: line 1:1: mismatched input 'SELEC'\n"),
        ("SELECT * FROM orders", f"keystone: SCHEMA_NOT_FOUND: line 1:15: Schema 'default' does not exist; {HINT}\n"),
    ],
)
def test_a_statement_that_fails_does_so_in_athenas_words(
    keystone: Keystone, state_dir: str, statement: str, said: str
) -> None:
    ran = keystone("sql", statement, "--state-dir", state_dir)
    assert (ran.code, ran.out, ran.err) == (1, "", said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--workgroup", "nosuch"), "Athena refuses: WorkGroup nosuch is not found."),
        (("--output", "nowhere"), "Athena refuses: outputLocation is not a valid S3 path: nowhere"),
    ],
)
def test_what_is_not_there_is_bad_use(
    keystone: Keystone, state_dir: str, arguments: tuple[str, ...], said: str
) -> None:
    ran = keystone("sql", "SELECT 1", *arguments, "--state-dir", state_dir)
    assert (ran.code, said in ran.err) == (2, True), ran.err


def test_a_stack_may_be_named_by_a_file(keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path) -> None:
    file = write_endpoints_file(stack, tmp_path)
    output = ("--output", "s3://athena-results/elsewhere/", "--workgroup", "primary", "--database", "silver")
    ran = keystone("sql", "SHOW TABLES", *output, "--format", "csv", "--target", file)
    assert (ran.code, ran.out) == (0, '"tab_name"\n"orders"\n')


def test_the_history_has_what_each_statement_scanned_and_costs(keystone: Keystone, state_dir: str) -> None:
    long = f"SELECT {', '.join(f'{number} AS a{number}' for number in range(30))}"
    for statement in ("SHOW DATABASES", long, "SELECT 1 / 0"):
        keystone("sql", statement, "--state-dir", state_dir)
    failed, queried, shown = keystone("sql", "--history", "-n", "3", "--json", "--state-dir", state_dir).json
    assert [(one["state"], one["usd"]) for one in (failed, queried, shown)] == [
        ("FAILED", 0),
        ("SUCCEEDED", 0.00005),
        ("SUCCEEDED", 0),
    ]
    assert queried["statement"] == long
    table = keystone("sql", "--history", "-n", "3", "--state-dir", state_dir).out.splitlines()
    assert table[0].split() == ["started", "state", "seconds", "scanned_bytes", "usd", "id", "statement"]
    assert table[2].endswith(f"  {queried['id']}  {long[:57]}...")


def test_ctrl_c_stops_the_statement(keystone: Keystone, state_dir: str) -> None:
    command = [str(KEYSTONE), "sql", ENDLESS, "--state-dir", state_dir]

    def newest() -> dict[str, str]:
        [found] = keystone("sql", "--history", "-n", "1", "--json", "--state-dir", state_dir).json
        return {name: found[name] for name in ("state", "statement", "id")}

    keystone("sql", "SELECT 1", "--state-dir", state_dir)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: newest()["statement"] == ENDLESS)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert said == f"keystone: the statement was stopped ({newest()['id']})\nkeystone: interrupted\n"
    wait_for(lambda: newest()["state"] == "CANCELLED")


def test_an_athena_that_is_stopped_is_said(keystone: Keystone, state_dir: str, stack: EmbeddedTarget) -> None:
    stack.stop_part("athena")
    try:
        ran = keystone("sql", "SELECT 1", "--state-dir", state_dir)
    finally:
        stack.start_part("athena")
    assert ran.code == 3
    assert "athena is stopped; start it with: keystone start athena" in ran.err
    assert "Athena does not answer: " in ran.err
