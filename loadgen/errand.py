"""What a worker does at its coordinator's: fetches a task, begins and stops when it is told, brings its record back.

Everything here waits where it has to; `loadgen.channel` has the messages, `loadgen.fleet` the other side.
"""

import socket
import time
from dataclasses import replace
from multiprocessing import AuthenticationError
from typing import Any, Self

from loadgen.channel import KEY_VARIABLE, PROOF_S, AskTime, Channel, Hello, Ready, Stop, this_host
from loadgen.clock import Clock
from loadgen.errors import LoadgenError, WorkerError
from loadgen.row_file import ROWS, to_bytes
from loadgen.send_log import SendLog, Sent
from loadgen.task import Task

CONNECT_TIMEOUT_S = 10.0
TIME_QUESTIONS = 20


class Errand:
    """One task. Each method but `report` waits; each raises ChannelClosed if the coordinator goes. To be used in a
    `with`, at whose end the connection is closed."""

    def __init__(self, channel: Channel) -> None:
        """Over a channel on which both have shown that they know the key."""
        self._channel = channel
        self._clock_error_ns = 0
        self._is_stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def fetch(self) -> tuple[Task, Clock]:
        """The task, and a clock that shows the coordinator's time."""
        self._channel.send(Hello())
        task, anchor_ns, host = self._channel.receive()
        clock = Clock(anchor_ns)
        if host != this_host():
            clock, self._clock_error_ns = set_clock(self._channel)
        return task, clock

    def await_start(self) -> int:
        """Say that all is ready; when the plan's time begins, on the clock."""
        self._channel.send(Ready())
        told: Any = self._channel.receive()
        if isinstance(told, Stop):
            # Somebody had enough just then, and said so before the start was.
            self._is_stopped = True
            told = self._channel.receive()
        start_ns: int = told
        return start_ns

    def await_stop(self) -> None:
        """Until the plan is to end early, or nobody is there who wants it."""
        if not self._is_stopped:
            self._channel.await_end()

    def report(self, sent: Sent) -> None:
        """How far it is."""
        self._channel.send(sent)

    def give(self, log: SendLog) -> None:
        """The record, the last that is said."""
        for batch in log.table.to_batches():
            self._channel.send(to_bytes(batch))
        self._channel.send(replace(log, table=ROWS.empty_table(), clock_error_ns=self._clock_error_ns))

    def fail(self, error: LoadgenError) -> None:
        """There will be no record."""
        self._channel.send(error)


def join(address: tuple[str, int], key: bytes) -> Errand:
    """Go to the coordinator at `address`.

    Raises:
        WorkerError: there is none that knows the key.
    """
    try:
        return Errand(_connect(address, key))
    except BlockingIOError:
        where = f"{address[0]}:{address[1]}"
        raise WorkerError(f"what listens at {where} is no coordinator: it said nothing for {PROOF_S} s") from None
    except (OSError, EOFError) as error:
        raise WorkerError(f"no coordinator answers at {address[0]}:{address[1]}: {error}") from error
    except AuthenticationError:
        raise WorkerError(f"the coordinator has another key than {KEY_VARIABLE}") from None


def _connect(address: tuple[str, int], key: bytes) -> Channel:
    connected = socket.create_connection(address, CONNECT_TIMEOUT_S)
    channel = Channel(connected)
    try:
        with channel.within(PROOF_S):  # another kind of server waits for us to say something
            channel.prove(key, asks_first=False)
    except BaseException:  # raised again
        channel.close()
        raise
    return channel


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
