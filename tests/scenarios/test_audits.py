"""Audits of runs that are over, and of a whole stack."""

import json
import re
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from confluent_kafka import Producer

from reports.record import RunRecord
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration


def test_a_run_can_be_audited_again(keystone: Keystone, state_dir: str, small: Path, record: RunRecord) -> None:
    again = keystone("audit", small, "--state-dir", state_dir, "--json")
    assert again.code == 0, again.err
    expected = json.loads(record.ledger.model_dump_json())
    assert again.json == expected


def test_a_whole_stack_can_be_audited(keystone: Keystone, state_dir: str, small: Path) -> None:  # noqa: ARG001 - rows
    audit = keystone("audit", "--stack", "--state-dir", state_dir, "--json")
    assert audit.json["bronze"] >= 3000
    assert audit.json["bronze"] == audit.json["silver"] + audit.json["quarantine"]
    assert (audit.json["duplicated"], audit.json["misrouted"], audit.json["phantom"]) == (0, 0, 0)
    assert audit.code == 0


def test_an_audit_of_a_stack_whose_writers_are_behind_says_by_how_much_and_judges_the_rest(
    keystone: Keystone, scratch_stack: EmbeddedTarget
) -> None:
    status = scratch_stack.status()
    scratch_stack.stop_part("writer-1")
    producer = Producer({"bootstrap.servers": status.endpoints.kafka})
    for _ in range(7):
        producer.produce(status.endpoints.topic, b"no event")
    assert producer.flush(30) == 0
    try:
        audit = keystone("audit", "--stack", "--state-dir", status.state_dir)
        assert audit.code in (1, 4), audit.err
        assert re.search(r"[1-9]\d* records more are in Kafka and not written yet", audit.err)
        # Whether the rest adds up is up to the tests before, which break this stack on purpose.
        assert "every record is in exactly one place" not in audit.out.splitlines()
    finally:
        scratch_stack.start_part("writer-1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((), "either a RUN or --stack"), (("x", "--stack"), "either a RUN or --stack"), (("x",), "no run is called 'x'")],
)
def test_an_audit_asks_what_of(keystone: Keystone, arguments: tuple[str, ...], said: str) -> None:
    asked = keystone("audit", *arguments)
    assert (asked.code, said in asked.err) == (2, True)


def test_an_audit_says_that_the_stack_has_another_lake_than_the_runs(
    keystone: Keystone, state_dir: str, small: Path, tmp_path: Path
) -> None:
    moved = json.loads((small / "run.json").read_text()) | {"topic_id": "another"}
    (tmp_path / "run.json").write_text(json.dumps(moved))
    again = keystone("audit", tmp_path, "--state-dir", state_dir)
    assert again.code == 3
    assert "its lake is gone" in again.err


def test_an_audit_needs_the_senders_record(keystone: Keystone, state_dir: str, small: Path, tmp_path: Path) -> None:
    shutil.copy(small / "run.json", tmp_path)
    again = keystone("audit", tmp_path, "--state-dir", state_dir)
    assert again.code == 3
    assert "sent.parquet is missing" in again.err


def test_a_record_from_before_events_were_sent_again_is_read_as_it_was(
    keystone: Keystone, state_dir: str, small: Path, tmp_path: Path
) -> None:
    pq.write_table(pq.read_table(small / "sent.parquet").drop_columns(["tries"]), tmp_path / "sent.parquet")
    shutil.copy(small / "run.json", tmp_path)
    again = keystone("audit", tmp_path, "--state-dir", state_dir)
    assert again.code == 0, again.err


def test_an_audit_of_a_run_judges_what_the_run_was_judged_by(
    keystone: Keystone, state_dir: str, small: Path, tmp_path: Path
) -> None:
    sent = pq.read_table(small / "sent.parquet")
    dearer = pc.add(sent["price_cents"], 1)
    pq.write_table(
        sent.set_column(sent.schema.get_field_index("price_cents"), "price_cents", dearer), tmp_path / "sent.parquet"
    )
    shutil.copy(small / "run.json", tmp_path)
    again = keystone("audit", tmp_path, "--state-dir", state_dir)
    assert again.code == 1
    assert "price: " in again.out
