"""The writer as a real process on a real Kafka and lake."""

import time
from collections import Counter
from uuid import uuid4

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.lake.catalog import NUM_RETRIES, open_catalog
from reference.protocol.offsets import parse_offsets
from scenarios.audit.lake_reader import LakeReader
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.reference.writer.bench import BAD, EVERYTHING, GOOD, Bench, assert_each_offset_once, await_true, orders

pytestmark = pytest.mark.integration

TRUSTING_WRITER = """
import reference.lake.iceberg_table as iceberg_table
from reference.writer.__main__ import main
iceberg_table.refuse_silent_retries = lambda table: None
main()
"""

CREDULOUS_WRITER = """
from reference.lake.registry import SchemaRegistry
from reference.writer.__main__ import main
SchemaRegistry.registered = lambda self, versions: frozenset(versions)
main()
"""


def test_control_pyicebergs_own_retries_let_the_woken_writer_in(bench: Bench) -> None:
    catalog: GlueCatalog = open_catalog(bench.settings)
    _set_retries(catalog, "4")
    try:
        bench.send(orders())
        bench.writer(failpoint="before-append-silver=stop", code=TRUSTING_WRITER)
        bench.await_frozen(0)
        bench.writer(code=TRUSTING_WRITER)
        bench.await_drained()
        bench.wake(0)
        twice = Counter(dict.fromkeys(range(GOOD), 2))
        await_true(lambda: bench.offsets("silver") == twice, "the control was expected to duplicate every row")
    finally:
        _set_retries(catalog, "0")


def test_a_writer_refuses_to_start_on_a_table_that_retries(bench: Bench) -> None:
    catalog = open_catalog(bench.settings)
    _set_retries(catalog, "4")
    try:
        log = bench.writer()
        await_true(lambda: f"has {NUM_RETRIES}=4" in log.read_text(), "the writer did not refuse the table")
    finally:
        _set_retries(catalog, "0")


def test_a_record_of_an_unregistered_schema_version_goes_to_quarantine_with_its_reason(bench: Bench) -> None:
    stranger = uuid4()
    bench.send(orders()[:2], version=stranger)
    bench.writer()
    bench.await_drained()
    assert bench.offsets("silver") == Counter()
    rows = LakeReader(bench.endpoints).rows("quarantine.orders", ("producer", "reasons", "schema_version", "payload"))
    ours = [row for row in rows.to_pylist() if row["producer"] == bench.topic]
    assert [row["payload"] for row in ours] == orders()[:2]
    assert all(
        row["reasons"] == [f"registry header: schema version {stranger} is not registered for orders"] for row in ours
    )


def test_a_redo_follows_its_pin_even_if_the_schema_was_registered_since(bench: Bench) -> None:
    """Without the pin the second writer, which takes every version for registered, would put the rows into silver."""
    bench.send(orders()[:5], version=uuid4())
    bench.writer(failpoint="after-append-bronze=kill")
    bench.await_dead(0)
    bench.writer(code=CREDULOUS_WRITER)
    bench.await_drained()
    assert bench.offsets("silver") == Counter()
    assert bench.offsets("quarantine") == Counter(range(5))


def test_pins_that_have_done_their_work_leave_the_table(bench: Bench) -> None:
    bench.writer()
    for _ in range(3):
        bench.send(orders())
        bench.await_drained()
    properties = open_catalog(bench.settings).load_table("bronze.orders").properties
    pins = parse_offsets(properties, bench.topic).pins[0]
    assert [(pin.first, pin.end) for pin in pins] == [(2 * (GOOD + BAD), 3 * (GOOD + BAD))]


@pytest.mark.slow
def test_a_writer_told_to_stop_while_kafka_is_away_ends_all_the_same(bench: Bench, stack: EmbeddedTarget) -> None:
    log = bench.writer()
    await_true(lambda: "assigned partitions" in log.read_text(), "the writer never got its partition")
    stack.stop_part("kafka")
    try:
        bench.end()
        assert log.read_text().endswith("INFO stopped\n")
    finally:
        stack.start_part("kafka")


def test_a_writer_told_to_stop_writes_what_it_holds(bench: Bench) -> None:
    bench.writer()
    bench.send(orders())
    bench.await_drained()
    bench.end()
    assert_each_offset_once(bench)


def test_the_journal_has_each_commit_with_its_rows_files_and_times(bench: Bench) -> None:
    began_ns = time.time_ns()
    bench.send(orders())
    bench.writer()
    bench.await_drained()
    bench.end()
    assert_each_offset_once(bench)
    assert bench.journaled() == EVERYTHING
    entries = bench.journal()
    assert [entry["table_name"] for entry in entries[:3]] == ["bronze", "quarantine", "silver"]
    for entry in entries:
        assert (entry["source"], entry["writer"]) == ("writer", "keystone-writer")
        assert began_ns < entry["committed_ns"] < time.time_ns()
        assert min(entry["decode_ns"], entry["write_ns"], entry["commit_ns"]) > 0
        assert bool(entry["files"]) == (entry["rows"] > 0) == (entry["bytes"] > 0)
    assert {entry["end_offset"] for entry in entries} >= {GOOD + BAD}


def test_the_writer_goes_on_without_postgres_and_journals_when_it_is_back(bench: Bench, stack: EmbeddedTarget) -> None:
    stack.stop_part("postgres")
    try:
        log = bench.writer()
        bench.send(orders())
        bench.await_drained()
        assert_each_offset_once(bench)
        await_true(lambda: "journal: cannot be written" in log.read_text(), "the writer did not say what is wrong")
    finally:
        stack.start_part("postgres")
    await_true(lambda: bench.journaled() == EVERYTHING, "what was held was not journaled")


def test_what_a_killed_writer_did_not_journal_is_filled_in_by_the_next(bench: Bench) -> None:
    bench.send(orders())
    bench.writer(failpoint="after-append-quarantine=kill")
    bench.await_dead(0)
    bench.writer()
    bench.await_drained()
    bench.end()
    assert bench.journaled() == EVERYTHING
    sources = {entry["table_name"]: entry["source"] for entry in bench.journal()}
    assert (sources["quarantine"], sources["silver"]) == ("snapshot", "writer")


def test_what_another_writer_was_first_with_is_journaled_once(bench: Bench) -> None:
    bench.send(orders())
    log = bench.writer(failpoint="before-append-silver=stop")
    bench.await_frozen(0)
    bench.writer()
    bench.await_drained()
    bench.wake(0)
    await_true(lambda: "another writer was first" in log.read_text(), "the woken writer's commit was not refused")
    bench.end()
    assert bench.journaled() == EVERYTHING


def test_a_writer_without_a_journal_writes_all_the_same(bench: Bench) -> None:
    bench.send(orders())
    bench.writer(postgres="")
    bench.await_drained()
    bench.end()
    assert_each_offset_once(bench)
    assert bench.journal() == []


def _set_retries(catalog: GlueCatalog, value: str) -> None:
    for table in ("bronze", "quarantine", "silver"):
        with catalog.load_table(f"{table}.orders").transaction() as transaction:
            transaction.set_properties({NUM_RETRIES: value})
