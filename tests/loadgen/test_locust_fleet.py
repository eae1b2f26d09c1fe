"""Locust's users send a plan, and their record is that of any sender."""

import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path

import pytest
from keystone.ingest.v1.ingestion_pb2 import OUTCOME_FAILED, EventAck, EventRequest

from loadgen.arrivals import Arrivals, Phase
from loadgen.client import Client
from loadgen.clock import Clock
from loadgen.errors import NoServerError
from loadgen.locust_fleet import LOCUSTFILE, locust_fleet
from loadgen.order_settings import OrderSettings
from loadgen.send_log import SendLog, Sent
from loadgen.task import Task
from tests.loadgen.fake_ingest import Server, accept

# Not imported here: it would patch all threads of this process.
pytestmark = pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: keystone-nexus[locust]")

RATE_PER_S, SECONDS = 150.0, 2.0


def plan(seconds: float) -> Arrivals:
    """At random: users wake for events that are due at almost the same time in any order."""
    return Arrivals([Phase(seconds, RATE_PER_S)], poisson_seed=4)


PLANNED = sum(len(due_ns) for due_ns in plan(SECONDS).due_ns(1024))


def task_for(address: str, seconds: float = SECONDS) -> Task:
    return Task("olist", OrderSettings(seed=3), plan(seconds), Client(address, "run", call="unary"))


def send_by(workers: int, task: Task, folder: Path, progress: Callable[[Sent], None] = lambda _: None) -> SendLog:
    with locust_fleet(workers, folder, lambda _: None) as fleet:
        return fleet.prepare(task, Clock(), folder).send(progress)


def locusts_own(folder: Path) -> dict[str, str]:
    with (folder / "locust_stats.csv").open() as file:
        [total] = [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    return total


@pytest.mark.slow
def test_its_record_is_that_of_the_native_engine(start: Callable[..., Server], tmp_path: Path) -> None:
    pages: list[str] = []
    server, seen = start(), list[Sent]()
    task = task_for(server.address)

    def look(sent: Sent) -> None:
        seen.append(sent)
        if len(pages) == 1 and sent.ok:
            with closing(HTTPConnection(pages[0].rpartition("/")[2], timeout=10)) as page:
                page.request("GET", "/")
                pages.append(page.getresponse().read().decode())

    with locust_fleet(2, tmp_path, pages.append) as fleet:
        log = fleet.prepare(task, Clock(), tmp_path).send(look)
    native = replace(task, client=replace(task.client, producer="native")).send(task.events())
    same = ["seq", "crc32c", "price_cents", "spoilt", "outcome", "code"]
    assert log.table.select(same).to_pylist() == native.table.select(same).to_pylist()
    due, due_native = (found.table["intended_ns"].to_numpy() - found.start_ns for found in (log, native))
    assert (due == due_native).all()
    for row in log.table.to_pylist():
        assert row["intended_ns"] <= row["offered_ns"] <= row["sent_ns"] <= row["acked_ns"]
    assert (log.ok, log.stopped, log.payload_bytes) == (PLANNED, False, native.payload_bytes)
    assert {int(cells.counts.sum()) for cells in log.latencies.values()} == {PLANNED}
    assert seen[-1].ok == PLANNED
    assert "Locust" in pages[1]
    assert locusts_own(tmp_path)["Request Count"] == str(PLANNED)


def test_refused_events_have_failed_here_and_in_locusts_own_figures(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    def refuse_some(request: EventRequest) -> Iterator[EventAck]:
        if request.seq % 3 == 0:
            yield EventAck(seq=request.seq, outcome=OUTCOME_FAILED)
        elif request.seq % 3 == 1:
            yield from accept(request)

    log = send_by(1, task_for(start(refuse_some).address), tmp_path)
    failed, unknown = len(range(0, PLANNED, 3)), len(range(2, PLANNED, 3))
    assert (log.failed, log.ok, log.unknown) == (failed, PLANNED - failed - unknown, unknown)
    assert locusts_own(tmp_path)["Failure Count"] == str(failed + unknown)


def test_ctrl_c_ends_the_plan_and_keeps_the_record(start: Callable[..., Server], tmp_path: Path) -> None:
    interrupts: Iterator[KeyboardInterrupt] = iter([KeyboardInterrupt()])

    def interrupt(sent: Sent) -> None:
        if sent.ok > 50 and (error := next(interrupts, None)):
            raise error

    log = send_by(2, task_for(start().address, seconds=600), tmp_path, interrupt)
    assert log.stopped
    assert 50 < log.ok == log.planned < 600 * RATE_PER_S


def test_nobody_at_the_address_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoServerError, match="no ingest server answers"):
        send_by(1, task_for("127.0.0.1:1"), tmp_path)


def test_by_itself_the_locustfile_sends_orders_as_fast_as_they_are_taken(start: Callable[..., Server]) -> None:
    server = start()
    options = ["--headless", "--users", "3", "--spawn-rate", "3", "--host", server.address]
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as locust:
        deadline = time.monotonic() + 60
        while len(server.received) <= 20 and time.monotonic() < deadline:
            time.sleep(0.05)
        locust.terminate()
        _, said = locust.communicate(timeout=30)
    assert locust.returncode == 0, said
    assert len({request.seq for request in server.received}) == len(server.received) > 20
