"""Each part that is broken on purpose is caught as what it is; sound parts, under the same load, as nothing."""

import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loadgen.send_log import SendLog
from reports.record import Ledger
from scenarios.audit.ledger import MUST_BE_EMPTY
from scenarios.controls.catalogue import CONTROLS
from scenarios.controls.resend import resend
from scenarios.targets.embedded.stack import PARTITIONS
from tests.scenarios.controls.conftest import EVENTS, Procedure, some_orders

pytestmark = pytest.mark.integration

DEADLINE_S = 30
HARMFUL_UNPROVOKED = ("drop", "twice", "flip", "swap", "two-tables", "discard")


def found(ledger: Ledger) -> dict[str, int]:
    return {name: number for name in MUST_BE_EMPTY if (number := getattr(ledger, name))}


def assert_caught(name: str, ledger: Ledger) -> None:
    category = CONTROLS[name].category
    assert category in found(ledger)
    assert ledger.offenders[category]


def held(log: Path) -> set[int]:
    """The partitions that a writer has now, by its log."""
    partitions: set[int] = set()
    for verb, listed in re.findall(r"(assigned|gave back) partitions \[(.*)\]", log.read_text()):
        named = {int(number) for number in re.findall(r"\d+", listed)}
        partitions = partitions | named if verb == "assigned" else partitions - named
    return partitions


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_sound_pipeline_is_whole(procedure: Procedure) -> None:
    procedure.put_in(None)
    ledger = procedure.run()
    assert found(ledger) == {}
    assert ledger.bronze == EVENTS
    assert 0 < ledger.quarantine == ledger.spoilt == ledger.spoilt_quarantined


@pytest.mark.parametrize("name", HARMFUL_UNPROVOKED)
def test_a_broken_writer_is_caught(procedure: Procedure, name: str) -> None:
    procedure.put_in(CONTROLS[name])
    assert_caught(name, procedure.run())


@pytest.mark.slow
def test_a_writer_that_believes_kafka_loses_what_it_held_when_it_was_killed(procedure: Procedure) -> None:
    procedure.put_in(CONTROLS["forgetful"], flush_seconds=2)
    ledger = procedure.run(
        in_mid_load=lambda: procedure.stack.kill_part("writer-1"),
        afterwards=lambda _log: procedure.stack.start_part("writer-1"),
    )
    assert_caught("forgetful", ledger)


@pytest.mark.slow
def test_a_writer_that_ignores_the_fence_writes_what_another_has_written(procedure: Procedure) -> None:
    # Long enough for the window to hold rows when its writer is frozen, however slowly they come.
    procedure.put_in(CONTROLS["unfenced"], flush_seconds=6)
    parts = {part.name: part for part in procedure.stack.status().parts}
    pid, frozen, other = parts["writer-1"].pid, Path(parts["writer-1"].log), Path(parts["writer-2"].log)
    assert pid is not None
    until(lambda: len(held(frozen)) == len(held(other)) == PARTITIONS / 2)
    its = held(frozen)

    def freeze() -> None:
        os.kill(pid, signal.SIGSTOP)

    def wake_too_late(_log: SendLog) -> None:
        until(lambda: len(held(other)) == PARTITIONS)
        os.kill(pid, signal.SIGCONT)
        until(lambda: held(frozen) != its)

    assert_caught("unfenced", procedure.run(in_mid_load=freeze, afterwards=wake_too_late))


@pytest.mark.slow
def test_a_server_that_acknowledges_too_early_loses_events_while_kafka_is_away(procedure: Procedure) -> None:
    procedure.put_in(CONTROLS["early-ack"])
    ledger = procedure.run(
        in_mid_load=lambda: procedure.stack.stop_part("kafka"),
        afterwards=lambda _log: procedure.stack.start_part("kafka"),
    )
    assert_caught("early-ack", ledger)


def test_events_that_are_sent_again_though_they_failed_are_phantoms(procedure: Procedure) -> None:
    procedure.put_in(None)
    acked = 0

    def send_again(log: SendLog) -> None:
        nonlocal acked
        procedure.stack.start_part("ingest")
        acked = resend(log, "failed", some_orders(), procedure.endpoints.grpc)

    ledger = procedure.run(in_mid_load=lambda: procedure.stack.kill_part("ingest"), afterwards=send_again)
    assert_caught("resend-failed", ledger)
    assert ledger.phantom == acked


def test_events_that_are_sent_again_though_they_were_acked_are_the_clients_duplicates(procedure: Procedure) -> None:
    procedure.put_in(None)
    ledger = procedure.run(
        afterwards=lambda log: resend(log, "ok", some_orders(), procedure.endpoints.grpc),
    )
    assert_caught("resend-acked", ledger)
    assert (ledger.duplicated, ledger.lost) == (0, 0)
