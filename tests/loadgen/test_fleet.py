"""Several processes that send one plan, and the one record that comes of it."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from keystone.ingest.v1.ingestion_pb2 import OUTCOME_FAILED, EventAck, EventRequest

from loadgen.arrivals import Arrivals, Phase
from loadgen.blocks import Share
from loadgen.channel import AskTime, Channel, Stop
from loadgen.client import Client
from loadgen.clock import Clock
from loadgen.errand import TIME_QUESTIONS, Errand, join, set_clock
from loadgen.errors import NoServerError, SourceError, WorkerError
from loadgen.generated import GeneratedOrders
from loadgen.merging import merge_logs
from loadgen.order_settings import OrderSettings
from loadgen.rendezvous import local_fleet, remote_fleet
from loadgen.send_log import SendLog, Sent
from loadgen.task import Task
from loadgen.worker import work
from tests.loadgen.fake_ingest import Server, accept

KEY = b"known to both"
RATE_PER_S, SECONDS = 600.0, 2.0
PLANNED = int(RATE_PER_S * SECONDS)


def task_for(address: str, *, seconds: float = SECONDS, source: str = "olist") -> Task:
    return Task(
        source, OrderSettings(seed=3), Arrivals([Phase(seconds, RATE_PER_S)]), Client(address, "run", connections=2)
    )


def send_by(workers: int, task: Task, folder: Path, progress: Callable[[Sent], None] = lambda _: None) -> SendLog:
    with local_fleet(workers) as fleet:
        return fleet.prepare(task, Clock(), folder).send(progress)


def test_their_record_is_that_of_one_sender(start: Callable[..., Server], tmp_path: Path) -> None:
    server = start()
    task, seen = task_for(server.address), list[Sent]()
    log = send_by(3, task, tmp_path, seen.append)
    alone = replace(task, client=replace(task.client, producer="alone")).send(task.events())
    same = ["seq", "crc32c", "price_cents", "spoilt", "outcome"]
    assert log.table.select(same).to_pylist() == alone.table.select(same).to_pylist()
    due, due_alone = (found.table["intended_ns"].to_numpy() - found.start_ns for found in (log, alone))
    assert (due == due_alone).all()
    assert (log.producer, log.planned, log.ok, log.stray_acks, log.stopped) == ("run", PLANNED, PLANNED, 0, False)
    assert log.payload_bytes == alone.payload_bytes
    assert log.clock_error_ns == 0
    assert {int(cells.counts.sum()) for cells in log.latencies.values()} == {PLANNED}
    for name, (since, until) in {"ack": ("intended_ns", "acked_ns"), "lateness": ("intended_ns", "offered_ns")}.items():
        cells = log.latencies[name]
        spans_us = (log.table[until].to_numpy() - log.table[since].to_numpy()) // 1000
        assert np.sort(np.repeat(cells.us, cells.counts)) == pytest.approx(np.sort(spans_us), rel=1e-3)
    assert (seen[-1].planned, seen[-1].ok) == (PLANNED, PLANNED)
    assert sum(int(sent.latencies.counts.sum()) for sent in seen) == PLANNED


def test_streams_of_different_workers_are_different(start: Callable[..., Server], tmp_path: Path) -> None:
    log = send_by(2, task_for(start().address), tmp_path)
    by_worker = [{row["stream"] for row in log.table.to_pylist() if row["seq"] % 2 == index} for index in range(2)]
    assert [len(streams) for streams in by_worker] == [2, 2]
    assert not by_worker[0] & by_worker[1]


def test_a_worker_that_is_killed_ends_the_run_with_an_error(start: Callable[..., Server], tmp_path: Path) -> None:
    with local_fleet(2) as fleet:

        def kill_one(sent: Sent) -> None:
            if sent.ok > 100:
                os.kill(fleet.pids[0], signal.SIGKILL)

        with pytest.raises(WorkerError, match="went before its record was here: what it sent is not known"):
            fleet.prepare(task_for(start().address, seconds=60), Clock(), tmp_path).send(kill_one)


def test_ctrl_c_ends_the_plan_and_keeps_the_record(start: Callable[..., Server], tmp_path: Path) -> None:
    interrupts: Iterator[Exception | KeyboardInterrupt] = iter([KeyboardInterrupt()])

    def interrupt(sent: Sent) -> None:
        if sent.ok > 100 and (error := next(interrupts, None)):
            raise error

    log = send_by(2, task_for(start().address, seconds=60), tmp_path, interrupt)
    assert log.stopped
    assert 100 < log.ok == log.planned < 60 * RATE_PER_S


def test_a_second_ctrl_c_ends_all(start: Callable[..., Server], tmp_path: Path) -> None:
    release = threading.Event()

    def never(_: EventRequest) -> Iterator[EventAck]:
        release.wait(60)
        return iter(())

    def interrupt(sent: Sent) -> None:
        if sent.planned > 100:
            raise KeyboardInterrupt

    try:
        with pytest.raises(KeyboardInterrupt):
            send_by(2, task_for(start(never).address, seconds=60), tmp_path, interrupt)
    finally:
        release.set()


def test_what_one_worker_cannot_do_is_the_error_of_all(start: Callable[..., Server], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no-such-file"):
        send_by(2, task_for(start().address, source=f"jsonl:{tmp_path}/no-such-file"), tmp_path)
    with pytest.raises(NoServerError, match=r"127\.0\.0\.1:1"):
        send_by(2, task_for("127.0.0.1:1"), tmp_path)


def test_workers_elsewhere_come_by_address_and_key(start: Callable[..., Server], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = free.getsockname()[:2]
    come: list[Future[None]] = []
    with ThreadPoolExecutor(3) as pool:

        def begin(_waiting: int) -> None:
            if not come:
                come.append(pool.submit(work, address, b"guessed"))
            elif len(come) == 1 and come[0].done():
                # Sent away while somebody still listens; who comes after the last one is only reset.
                come.extend(pool.submit(work, address, KEY) for _ in range(2))

        with remote_fleet(address, 2, KEY, begin) as fleet:
            log = fleet.prepare(task_for(start().address), Clock(), tmp_path).send(lambda _: None)
    assert isinstance(come[0].exception(), WorkerError)
    assert "another key" in str(come[0].exception())
    assert [worker.exception() for worker in come[1:]] == [None, None]
    assert fleet.pids == ()
    assert log.ok == PLANNED


def test_failures_of_any_worker_are_counted_and_breaks_are_in_order_of_time(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    def break_once_each(request: EventRequest) -> Iterator[EventAck]:
        if request.seq in (300, 401):
            raise ConnectionError
        if request.seq % 10 == 5:
            yield EventAck(seq=request.seq, outcome=OUTCOME_FAILED, code=8)
        else:
            yield from accept(request)

    log = send_by(2, task_for(start(break_once_each).address), tmp_path)
    assert len(log.breaks) == 2
    assert log.breaks[0].at_ns <= log.breaks[1].at_ns
    assert log.unknown >= 2
    assert log.ok + log.failed + log.unknown == log.planned == PLANNED
    assert log.failed >= PLANNED // 10 - 10


def test_the_whole_stops_with_the_shortest_source_and_merges_uneven_shares(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    fast = Arrivals([Phase(2.0, 15_000)])
    client = Client(start().address, "run", call="batch")
    task = replace(task_for(client.address), source="olist:20000", arrivals=fast, client=client)
    shares = [task.part(Share(index, 2)) for index in range(2)]
    logs = [
        shares[0].send(shares[0].events()),
        replace(shares[1], source="olist:18001").send(GeneratedOrders(18_001, task.orders)),
    ]
    assert [log.planned for log in logs] == [10_000, 9_000]
    merged = merge_logs([replace(log, clock_error_ns=us) for log, us in zip(logs, (5, 3), strict=True)], tmp_path)
    assert merged.clock_error_ns == 5
    assert merged.table["seq"].to_pylist() == [*range(18_001), *range(18_002, 20_000, 2)]


def test_a_worker_of_another_machine_reads_the_coordinators_clock_to_half_a_round_trip() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours, theirs = socket.create_connection(listener.getsockname()), listener.accept()[0]
    coordinator, worker = Channel(theirs), Channel(ours)
    ahead = Clock(Clock().anchor_ns + 5_000_000_000)

    def answer() -> None:
        for _ in range(TIME_QUESTIONS):
            assert isinstance(coordinator.receive(), AskTime)
            coordinator.send(ahead.now_ns())

    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(answer)
        clock, error_ns = set_clock(worker)
        answering.result()
    coordinator.close()
    worker.close()
    assert 0 < error_ns < 1_000_000_000
    assert abs(clock.anchor_ns - ahead.anchor_ns) <= error_ns


def test_a_stop_that_comes_before_the_start_is_heard_as_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours, theirs = socket.create_connection(listener.getsockname()), listener.accept()[0]
    coordinator = Channel(theirs)
    with Errand(Channel(ours)) as errand:
        coordinator.send(Stop())
        coordinator.send(1_000)
        assert errand.await_start() == 1_000
        errand.await_stop()  # at once: the coordinator says no more
    coordinator.close()


def test_what_listens_and_says_nothing_is_no_coordinator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loadgen.errand.PROOF_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(WorkerError, match="it said nothing for 1 s"):
        join(silent.getsockname(), KEY)
