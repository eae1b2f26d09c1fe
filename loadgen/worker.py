"""One of several processes that send a plan together: takes its share from a coordinator, gives its record back.

Run as `python -m loadgen.worker HOST:PORT`, with the key in KEYSTONE_LOAD_KEY.
"""

import os
import socket
import sys
import threading
import time
from dataclasses import replace
from multiprocessing import AuthenticationError

from loadgen.channel import KEY_VARIABLE, AskTime, Channel, ChannelClosed, Hello, Ready, parse_address, this_host
from loadgen.clock import Clock
from loadgen.errors import LoadgenError, WorkerError
from loadgen.row_file import ROWS, to_bytes
from loadgen.send_log import SendLog
from loadgen.task import Task

CONNECT_TIMEOUT_S = 10.0
TIME_QUESTIONS = 20


def work(address: tuple[str, int], key: bytes) -> None:
    """Do one task for the coordinator at `address`.

    Raises:
        WorkerError: there is no coordinator that knows the key, or it went.
    """
    channel = join(address, key)
    try:
        _do_task(channel)
    except ChannelClosed:
        raise WorkerError("the coordinator went, or wants no more") from None
    finally:
        channel.close()


def join(address: tuple[str, int], key: bytes) -> Channel:
    """A connection to the coordinator.

    Raises:
        WorkerError: there is none that knows the key.
    """
    try:
        return _connect(address, key)
    except (OSError, EOFError) as error:
        raise WorkerError(f"no coordinator answers at {address[0]}:{address[1]}: {error}") from error
    except AuthenticationError:
        raise WorkerError(f"the coordinator has another key than {KEY_VARIABLE}") from None


def _connect(address: tuple[str, int], key: bytes) -> Channel:
    connected = socket.create_connection(address, CONNECT_TIMEOUT_S)
    channel = Channel(connected)
    try:
        channel.prove(key, asks_first=False)
    except BaseException:  # raised again
        channel.close()
        raise
    return channel


def _do_task(channel: Channel) -> None:
    channel.send(Hello())
    task, anchor_ns, host = channel.receive()
    clock, error_ns = Clock(anchor_ns), 0
    if host != this_host():
        clock, error_ns = set_clock(channel)
    try:
        log = _send(channel, task, clock)
    except LoadgenError as error:
        channel.send(error)
        return
    give_record(channel, replace(log, clock_error_ns=error_ns))


def give_record(channel: Channel, log: SendLog) -> None:
    """Send it, the last that a worker says."""
    for batch in log.table.to_batches():
        channel.send(to_bytes(batch))
    channel.send(replace(log, table=ROWS.empty_table()))


def set_clock(channel: Channel) -> tuple[Clock, int]:
    """A clock that shows the coordinator's time, and how wrong it may be now: half of the shortest round trip
    (F. Cristian, Probabilistic clock synchronization, 1989)."""
    answers = []
    for _ in range(TIME_QUESTIONS):
        asked_ns = time.monotonic_ns()
        channel.send(AskTime())
        theirs_ns: int = channel.receive()
        round_trip_ns = time.monotonic_ns() - asked_ns
        answers.append((round_trip_ns, theirs_ns - asked_ns - round_trip_ns // 2))
    round_trip_ns, anchor_ns = min(answers)
    return Clock(anchor_ns), round_trip_ns // 2


def _send(channel: Channel, task: Task, clock: Clock) -> SendLog:
    stop = threading.Event()

    def start() -> int:
        channel.send(Ready())
        start_ns: int = channel.receive()
        threading.Thread(target=_stop_at_its_word, args=(channel, stop), daemon=True).start()
        return start_ns

    return task.send(task.events(), start=start, clock=clock, progress=channel.send, stop=stop)


def _stop_at_its_word(channel: Channel, stop: threading.Event) -> None:
    channel.await_end()
    stop.set()


if __name__ == "__main__":
    try:
        work(parse_address(sys.argv[1]), os.environ[KEY_VARIABLE].encode())
    except WorkerError as error:
        sys.exit(f"load worker: {error}")
