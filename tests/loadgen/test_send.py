"""The open-loop sender against a real gRPC server that behaves well, badly, or not at all."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import google_crc32c
import grpc
import numpy as np
import pyarrow.compute as pc
import pytest
from keystone.ingest.v1.ingestion_pb2 import (
    OUTCOME_FAILED,
    OUTCOME_OK,
    OUTCOME_UNKNOWN,
    OUTCOME_UNSPECIFIED,
    EventAck,
    EventRequest,
)

from loadgen.arrivals import Arrivals, Phase
from loadgen.blocks import Share
from loadgen.client import Client
from loadgen.errors import NoServerError, SourceError
from loadgen.events import Event
from loadgen.generated import GeneratedOrders
from loadgen.order_settings import OrderSettings
from loadgen.send import send
from loadgen.send_log import SendLog, Sent
from tests.loadgen.fake_ingest import Server, accept, ignore


def at(rate: float) -> Arrivals:
    """A constant rate for as long as there are events."""
    return Arrivals([Phase(100_000, rate)])


def orders(count: int) -> Iterator[Event]:
    return GeneratedOrders(count, OrderSettings(seed=1))


def rows(log: SendLog) -> list[dict[str, Any]]:
    return log.table.to_pylist()


def unsent(log: SendLog) -> set[int]:
    return {row["seq"] for row in rows(log) if row["sent_ns"] is None}


def test_every_event_arrives_once_and_in_order(start: Callable[..., Server]) -> None:
    server = start()
    log = send(orders(500), at(5_000), Client(server.address, "p"))
    assert [(request.producer, request.seq) for request in server.received] == [("p", seq) for seq in range(500)]
    assert [request.payload_json for request in server.received] == [event.payload for event in orders(500)]
    assert (log.planned, log.sent, log.ok, log.failed, log.unknown, log.stray_acks) == (500, 500, 500, 0, 0, 0)
    assert (log.breaks, log.stopped, server.half_closed) == ((), False, 1)


def test_rows_carry_place_checksum_price_and_intended_time(start: Callable[..., Server]) -> None:
    server = start()
    log = send(orders(50), at(1_000), Client(server.address, "p"))
    for row, event, request in zip(rows(log), orders(50), server.received, strict=True):
        assert row["crc32c"] == google_crc32c.value(event.payload.encode())
        assert (row["partition"], row["offset"]) == (row["seq"] % 3, row["seq"] // 3)
        assert row["price_cents"] == event.price_cents
        assert row["intended_ns"] == request.intended_ns
        assert row["intended_ns"] <= row["sent_ns"] <= row["acked_ns"]


def test_intended_times_are_the_plan_whatever_the_server_does(start: Callable[..., Server]) -> None:
    def slow(request: EventRequest) -> Iterator[EventAck]:
        time.sleep(0.02)
        return accept(request)

    log = send(orders(100), at(500), Client(start(slow).address, "p"))
    times = [row["intended_ns"] for row in rows(log)]
    assert [at - times[0] for at in times] == [seq * 2_000_000 for seq in range(100)]
    assert abs(times[0] - time.time_ns()) < 60e9
    assert log.ok == 100
    assert max(row["acked_ns"] - row["intended_ns"] for row in rows(log)) > 1_000_000_000


def test_answers_become_outcomes_with_their_codes(start: Callable[..., Server]) -> None:
    answers = [(OUTCOME_OK, 0), (OUTCOME_FAILED, 8), (OUTCOME_UNKNOWN, 4), (OUTCOME_UNSPECIFIED, 0)]

    def mixed(request: EventRequest) -> Iterator[EventAck]:
        outcome, code = answers[request.seq % 4]
        yield EventAck(seq=request.seq, outcome=outcome, code=code, partition=1, offset=1)

    log = send(orders(8), at(1_000), Client(start(mixed).address, "p"))
    assert log.table["outcome"].to_pylist() == ["ok", "failed", "unknown", "unknown"] * 2
    assert log.table["code"].to_pylist() == [0, 8, 4, 0] * 2
    assert log.table["offset"].to_pylist() == [1, None, None, None] * 2
    assert log.table["acked_ns"].null_count == 0


def test_what_failed_is_sent_again_under_the_same_number_and_intended_time(start: Callable[..., Server]) -> None:
    def refuse_once(request: EventRequest) -> Iterator[EventAck]:
        is_first = sum(before.seq == request.seq for before in server.received) == 1
        if request.seq % 2 and is_first:
            yield EventAck(seq=request.seq, outcome=OUTCOME_FAILED, code=14)
        else:
            yield from accept(request)

    server = start()
    server.answer = refuse_once
    log = send(orders(6), at(1_000), Client(server.address, "p", retries=3))
    assert (log.ok, log.sent_again, log.table["tries"].to_pylist()) == (6, 3, [1, 2] * 3)
    for row in rows(log):
        came = [request for request in server.received if request.seq == row["seq"]]
        assert len(came) == row["tries"]
        assert {(request.payload_json, request.intended_ns) for request in came} == {
            (came[0].payload_json, row["intended_ns"])
        }


@pytest.mark.parametrize("retries", [-1, 101])
def test_a_number_of_retries_that_cannot_be_is_said(start: Callable[..., Server], retries: int) -> None:
    with pytest.raises(ValueError, match=f"retries is {retries}: must be 0 to 100"):
        send(orders(1), at(1_000), Client(start().address, "p", retries=retries))


def test_acks_may_come_in_any_order_and_strays_are_counted(start: Callable[..., Server]) -> None:
    held: list[EventRequest] = []

    def backwards(request: EventRequest) -> Iterator[EventAck]:
        held.append(request)
        if len(held) == 10:
            yield EventAck(seq=10**6, outcome=OUTCOME_OK)
            for one in reversed(held):
                yield from accept(one)

    log = send(orders(10), at(1_000), Client(start(backwards).address, "p"))
    assert (log.ok, log.stray_acks) == (10, 1)


def test_without_acks_everything_is_unknown_when_the_time_is_up(start: Callable[..., Server]) -> None:
    release = threading.Event()

    def never(_: EventRequest) -> Iterator[EventAck]:
        release.wait(5)
        return iter(())

    begun = time.monotonic()
    log = send(orders(20), at(1_000), Client(start(never).address, "p", ack_timeout_s=0.3))
    assert 0.3 < time.monotonic() - begun < 3
    release.set()
    assert (log.unknown, log.ok, log.failed) == (20, 0, 0)
    assert set(log.table["code"].to_pylist()) == {grpc.StatusCode.DEADLINE_EXCEEDED.value[0]}


def test_a_stream_that_ends_without_acks_leaves_events_unknown(start: Callable[..., Server]) -> None:
    log = send(orders(20), at(1_000), Client(start(ignore).address, "p"))
    assert (log.unknown, log.sent) == (20, 20)


def test_a_broken_stream_is_replaced_and_the_plan_goes_on(start: Callable[..., Server]) -> None:
    def break_at_100(request: EventRequest) -> Iterator[EventAck]:
        if request.seq == 100:
            raise ConnectionError
        return accept(request)

    server = start(break_at_100)
    log = send(orders(1_000), at(1_000), Client(server.address, "p"))
    outcomes = log.table["outcome"].to_pylist()
    assert outcomes[:100] == ["ok"] * 100
    assert outcomes[100] == "unknown"
    assert outcomes[-500:] == ["ok"] * 500
    assert [(one.code, one.details) for one in log.breaks] == [(14, "broken on purpose")]
    assert unsent(log).isdisjoint(request.seq for request in server.received)


def test_a_killed_server_costs_the_events_of_the_outage_alone(start: Callable[..., Server]) -> None:
    first = start()
    second: list[Server] = []

    def outage() -> None:
        while len(first.received) < 300:
            time.sleep(0.005)
        first.kill()
        time.sleep(0.5)
        second.append(start(port=first.port))

    chaos = threading.Thread(target=outage)
    chaos.start()
    log = send(orders(4_000), at(1_000), Client(first.address, "p"))
    chaos.join()
    arrived = {request.seq for server in (first, *second) for request in server.received}
    acked = {row["seq"] for row in rows(log) if row["outcome"] == "ok"}
    failed = {row["seq"] for row in rows(log) if row["outcome"] == "failed"}
    assert acked <= arrived
    assert failed == unsent(log)
    assert failed.isdisjoint(arrived)
    assert 300 < len(failed) < 2_500
    assert log.unknown < 200
    assert log.table["outcome"].to_pylist()[-1_000:] == ["ok"] * 1_000
    assert set(log.table.filter(pc.field("outcome") == "failed")["code"].to_pylist()) == {14}


def test_a_server_that_does_not_read_slows_neither_the_plan_nor_fills_memory(start: Callable[..., Server]) -> None:
    release = threading.Event()

    def stuck(_: EventRequest) -> Iterator[EventAck]:
        release.wait(10)
        return iter(())

    events = (Event("x" * 200_000, None) for _ in range(1_000))
    begun = time.monotonic()
    log = send(events, at(2_000), Client(start(stuck).address, "p", ack_timeout_s=0.3, max_open=200))
    assert time.monotonic() - begun < 8
    release.set()
    codes = {row["code"] for row in rows(log) if row["outcome"] == "failed"}
    assert codes == {grpc.StatusCode.RESOURCE_EXHAUSTED.value[0], grpc.StatusCode.DEADLINE_EXCEEDED.value[0]}
    assert log.unknown == log.sent < 200
    assert log.failed == len(unsent(log)) >= 800


def test_nobody_at_the_address_is_an_error_before_anything_is_sent() -> None:
    source = orders(10)
    with pytest.raises(NoServerError, match=r"no ingest server answers at '127\.0\.0\.1:1' within 0\.3 s"):
        send(source, at(10), Client("127.0.0.1:1", "p", connect_timeout_s=0.3))
    assert len(list(source)) == 10


def test_no_events_make_an_empty_log(start: Callable[..., Server]) -> None:
    log = send(iter(()), at(1), Client(start().address, "p"))
    assert (log.planned, log.stopped) == (0, False)


def test_an_error_of_the_source_comes_out_after_the_rest_was_sent(start: Callable[..., Server]) -> None:
    def broken() -> Iterator[Event]:
        yield from orders(30)
        raise SourceError("line 31: column price is 'free'")

    server = start()
    with pytest.raises(SourceError, match="line 31"):
        send(broken(), at(1_000), Client(server.address, "p"))
    assert (len(server.received), server.half_closed) == (30, 1)


def test_stop_ends_the_plan_and_waits_for_acks(start: Callable[..., Server]) -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    log = send(orders(10**6), at(500), Client(start().address, "p"), stop=stop)
    assert log.stopped
    assert 50 < log.planned < 1_000
    assert log.ok == log.planned


def test_stop_is_noticed_between_events_far_apart(start: Callable[..., Server]) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    begun = time.monotonic()
    assert send(orders(2), at(0.01), Client(start().address, "p"), stop=stop).ok == 1
    assert time.monotonic() - begun < 3


def test_stop_is_noticed_while_waiting_for_a_server() -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    begun = time.monotonic()
    log = send(orders(2), at(1), Client("127.0.0.1:1", "p"), stop=stop)
    assert time.monotonic() - begun < 3
    assert (log.planned, log.stopped) == (0, True)


def test_ctrl_c_ends_the_plan_and_waits_for_acks(start: Callable[..., Server]) -> None:
    def late(request: EventRequest) -> Iterator[EventAck]:
        time.sleep(0.02)
        return accept(request)

    main = threading.main_thread().ident or 0
    threading.Timer(0.5, signal.pthread_kill, (main, signal.SIGINT)).start()
    log = send(orders(10**6), at(200), Client(start(late).address, "p"))
    assert log.stopped
    assert 10 < log.planned < 1_000
    assert log.ok == log.planned


def test_ctrl_c_ends_the_plan_and_a_second_one_the_wait(start: Callable[..., Server]) -> None:
    release = threading.Event()
    interrupts = iter([KeyboardInterrupt, KeyboardInterrupt])

    def never(_: EventRequest) -> Iterator[EventAck]:
        release.wait(10)
        return iter(())

    def interrupt(_sent: Sent) -> None:
        if error := next(interrupts, None):
            raise error

    begun = time.monotonic()
    log = send(orders(10**6), at(200), Client(start(never).address, "p"), progress=interrupt)
    assert time.monotonic() - begun < 5
    release.set()
    assert log.stopped
    assert log.unknown == log.sent == log.planned > 0


def test_progress_is_reported_while_sending_and_at_the_end(start: Callable[..., Server]) -> None:
    seen: list[Sent] = []
    send(orders(600), at(1_000), Client(start().address, "p"), progress=seen.append)
    assert 3 <= len(seen) <= 10
    assert [now.ok for now in seen] == sorted(now.ok for now in seen)
    assert (seen[-1].planned, seen[-1].sent, seen[-1].ok, seen[-1].failed, seen[-1].unknown) == (600, 600, 600, 0, 0)


def test_progress_hands_out_each_latency_once(start: Callable[..., Server]) -> None:
    seen: list[Sent] = []
    log = send(orders(600), at(1_000), Client(start().address, "p"), progress=seen.append)
    spans = log.table["acked_ns"].to_numpy() - log.table["intended_ns"].to_numpy()
    counted = np.concatenate([np.repeat(now.latencies.us, now.latencies.counts) for now in seen])
    assert np.sort(counted) == pytest.approx(np.sort(spans // 1000), rel=1e-3)


def test_latencies_of_the_whole_are_those_of_the_rows(start: Callable[..., Server]) -> None:
    log = send(orders(3_000), at(1_500), Client(start().address, "p"))
    rows = {name: log.table[name].to_numpy() for name in ("intended_ns", "offered_ns", "sent_ns", "acked_ns")}
    seconds = (rows["intended_ns"] - log.start_ns) // 10**9
    ends = {
        "ack": ("intended_ns", "acked_ns"),
        "ack_raw": ("sent_ns", "acked_ns"),
        "lateness": ("intended_ns", "offered_ns"),
    }
    assert set(log.latencies) == set(ends)
    for name, (since, until) in ends.items():
        cells = log.latencies[name]
        for second in (0, 1):
            spans_us = (rows[until] - rows[since])[seconds == second] // 1000
            here = cells.seconds == second
            assert np.sort(np.repeat(cells.us[here], cells.counts[here])) == pytest.approx(np.sort(spans_us), rel=1e-3)


def test_senders_that_share_a_plan_send_each_event_once_at_its_time(start: Callable[..., Server]) -> None:
    server, starts = start(), time.time_ns() + 300_000_000
    whole = send(orders(2_100), at(3_000), Client(server.address, "whole"), start=lambda: starts)
    shares = [
        send(orders(2_100), at(3_000), Client(server.address, "shared", share=Share(index, 3)), start=lambda: starts)
        for index in range(3)
    ]
    rows = {row["seq"]: row for log in shares for row in log.table.to_pylist()}
    assert sorted(rows) == list(range(2_100))
    for row in whole.table.select(["seq", "intended_ns", "crc32c", "price_cents"]).to_pylist():
        assert {name: rows[row["seq"]][name] for name in row} == row
    assert len({(request.producer, request.seq) for request in server.received}) == 4_200


def test_a_plan_that_is_shorter_than_the_events_ends_the_load(start: Callable[..., Server]) -> None:
    log = send(orders(500), Arrivals([Phase(0.1, 1_000)]), Client(start().address, "p"))
    assert (log.planned, log.ok, log.stopped) == (100, 100, False)


def test_two_sends_at_once_do_not_disturb_each_other(start: Callable[..., Server]) -> None:
    server = start()
    with ThreadPoolExecutor(2) as pool:
        logs = list(pool.map(lambda name: send(orders(300), at(600), Client(server.address, name)), "ab"))
    assert [log.ok for log in logs] == [300, 300]


def test_no_thread_is_left_behind(start: Callable[..., Server]) -> None:
    server = start()
    send(orders(5), at(1_000), Client(server.address, "p"))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("loadgen")]
