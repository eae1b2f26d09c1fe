"""The open-loop sender: puts events on a StreamEvents call, each at the moment that its plan names.

The plan never waits for the server. An event that cannot be sent when it is due is sent late, and its lateness is
recorded; an event that is due while there is no connection has failed, as it would for a client that does not retry.
What was handed to the connection and not answered is unknown: it may have left.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from loadgen.arrivals import Arrivals
from loadgen.clock import Clock
from loadgen.events import Event
from loadgen.send_log import Recorder, SendLog, Sent
from loadgen.sender import Plan, Sender

Progress = Callable[[Sent], None]

PROGRESS_SECONDS = 0.2


def send(
    events: Iterator[Event],
    *,
    address: str,
    arrivals: Arrivals,
    producer: str,
    clock: Clock | None = None,
    ack_timeout_s: float = 15,
    connect_timeout_s: float = 10,
    max_open: int = 200_000,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> SendLog:
    """Send the events as `arrivals` plans them and return what became of each.

    The plan's time begins once the server answers; it ends early where the events end. Acks are awaited for up to
    `ack_timeout_s` seconds after the last event was due. While more than `max_open` events wait to be sent or
    answered, further ones fail unsent, so that memory stays bounded.

    `stop`, or Ctrl-C in the calling thread, ends the plan early; the rest is as at its end. A second Ctrl-C gives up
    waiting for acks. `progress` is called in the calling thread, about five times a second and once at the end.

    Raises NoServerError if nobody answers at `address` within `connect_timeout_s`, and whatever the events raise while
    they are taken, after what was sent has been waited for.
    """
    plan = Plan(events=events, address=address, arrivals=arrivals, producer=producer, max_open=max_open)
    recorder = Recorder()
    sender = Sender(
        plan,
        recorder,
        clock or Clock(),
        stop=stop or threading.Event(),
        connect_timeout_s=connect_timeout_s,
        ack_timeout_s=ack_timeout_s,
    )
    report = progress or (lambda _sent: None)
    _run(sender, lambda: report(recorder.so_far()))
    return recorder.log(producer=producer, stopped=sender.stopped)


def _run(sender: Sender, report: Callable[[], None]) -> None:
    """Run the sender in a thread of its own, so that Ctrl-C reaches this one and never cuts a call in the middle."""
    with ThreadPoolExecutor(1, thread_name_prefix="loadgen-sender") as pool:
        running = pool.submit(sender.run)
        try:
            _wait(running, sender, report)
        finally:
            sender.stop()
            sender.give_up()
    running.result()
    report()


def _wait(running: Future[None], sender: Sender, report: Callable[[], None]) -> None:
    # On a future: Thread.join(), interrupted, takes a thread that still runs for one that has ended (CPython 3.11).
    while not running.done():
        try:
            wait((running,), PROGRESS_SECONDS)
            report()
        except KeyboardInterrupt:
            if sender.stopped:
                sender.give_up()
            sender.stop()
