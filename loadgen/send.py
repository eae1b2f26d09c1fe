"""The open-loop sender: puts events on a stream, or each into a call of its own, at the moment that its plan names.

The plan never waits for the server. An event that cannot be sent when it is due is sent late, and its lateness is
recorded; an event that is due while there is no connection has failed, as it would for a client that does not retry.
What was handed to the connection and not answered is unknown: it may have left.

    events ─► blocks with due times ─► keystone_native.LoadEngine ─► server
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from keystone_native import LoadEngine, NoServer

from loadgen.arrivals import Arrivals
from loadgen.blocks import planned_blocks
from loadgen.clock import Clock
from loadgen.errors import NoServerError
from loadgen.events import Event
from loadgen.send_log import SendLog, Sent, log_of

Progress = Callable[[Sent], None]
CallKind = Literal["stream", "unary", "batch"]

PROGRESS_SECONDS = 0.2


def send(
    events: Iterator[Event],
    *,
    address: str,
    arrivals: Arrivals,
    producer: str,
    call: CallKind = "stream",
    connections: int = 1,
    batch_events: int = 100,
    batch_linger_s: float = 0.005,
    in_flight: int | None = None,
    clock: Clock | None = None,
    ack_timeout_s: float = 15,
    connect_timeout_s: float = 10,
    max_open: int = 200_000,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> SendLog:
    """Send the events as `arrivals` plans them and return what became of each.

    The plan's time begins once the server answers and the first events are read; it ends early where the events end.
    Acks are awaited for up to `ack_timeout_s` seconds after the last event was due. While more than `max_open` events
    wait to be sent or answered, further ones fail unsent, so that memory stays bounded.

    Events go over the `connections` in turn. A batch of up to `batch_events` leaves when it is full, or when the next
    event comes later than its first may wait for company.

    With `in_flight` the loop is closed: the plan says how many events there are, and each is due as soon as fewer than
    that many are open. The next is then held up by what is slow, which an open loop is there to show.

    `stop`, or Ctrl-C in the calling thread, ends the plan early; the rest is as at its end. A second Ctrl-C gives up
    waiting for acks. `progress` is called in the calling thread, about five times a second and once at the end.

    Raises NoServerError if nobody answers at `address` within `connect_timeout_s`, and whatever the events raise while
    they are taken, after what was sent has been waited for.
    """
    engine = LoadEngine(
        address=address,
        producer=producer,
        call=call,
        batch_events=batch_events,
        batch_linger_s=batch_linger_s,
        connections=connections,
        max_open=max_open,
        in_flight=in_flight or 0,
        connect_timeout_s=connect_timeout_s,
        ack_timeout_s=ack_timeout_s,
        clock_anchor_ns=(clock or Clock()).anchor_ns,
    )
    report = progress or (lambda _sent: None)
    # The feeder's own thread, so that Ctrl-C reaches this one and never cuts a source in the middle.
    with ThreadPoolExecutor(1, thread_name_prefix="loadgen-feeder") as pool:
        try:
            feeding = pool.submit(_feed, engine, events, arrivals)
            interrupted = _wait(engine, stop or threading.Event(), lambda: report(Sent(*engine.progress())))
        finally:
            engine.stop()
            engine.give_up()
    try:
        feeding.result()
    except NoServer:
        seconds = f"{connect_timeout_s:g} s"
        raise NoServerError(f"no ingest server answers at {address!r} within {seconds}") from None
    report(Sent(*engine.progress()))
    return log_of(engine, producer, stopped=engine.stopped or interrupted)


def _feed(engine: LoadEngine, events: Iterator[Event], arrivals: Arrivals) -> None:
    """Hand all events over, as far ahead as the engine takes them."""
    try:
        if engine.connect():
            for block, due_ns in planned_blocks(events, arrivals):
                if not engine.push(block, due_ns):
                    return
    finally:
        engine.end()


def _wait(engine: LoadEngine, stop: threading.Event, report: Callable[[], None]) -> bool:
    """Until every event is settled; whether Ctrl-C came meanwhile, be it after the last event was sent."""
    interrupted = False
    while True:
        try:
            if engine.await_end(PROGRESS_SECONDS):
                return interrupted
            report()
            if stop.is_set():
                engine.stop()
        except KeyboardInterrupt:
            engine.stop()
            if interrupted:
                engine.give_up()
            interrupted = True
