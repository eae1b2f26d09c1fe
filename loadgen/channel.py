"""What coordinator and workers say to each other: pickled messages over TCP, between processes that know one key.

The key is proven by HMAC on both sides before the first message, as multiprocessing.connection does it; what follows is
neither encrypted nor signed, and unpickling runs code: whoever can alter the connection then owns both ends.
Messages of the worker, in their order, and the answers to them:

  Hello                               a Task, the coordinator's clock anchor and its host
  AskTime, some times                 the coordinator's clock, ns
  Ready    the server answers         when the plan's time begins, ns; all workers get the same
  Sent     about five times a second  -
  bytes    rows, as Arrow IPC         -
  SendLog  without rows: the end      -
  LoadgenError  instead of all else   -

The coordinator may say Stop after the start. Whoever finds the connection closed ends.
"""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from pathlib import Path
from typing import Any

KEY_VARIABLE = "KEYSTONE_LOAD_KEY"
COORDINATOR_VARIABLE = "KEYSTONE_LOAD_COORDINATOR"
"""HOST:PORT, for workers that cannot be told on their command line."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who came: the release that it is of."""

    version: str = field(default_factory=lambda: version("keystone-nexus"))


@dataclass(frozen=True, slots=True)
class AskTime:
    """The worker would know the coordinator's time."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker could begin."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The plan is over."""


PROOF_S = 10
"""So long somebody at the other end may take to show that he knows the key."""


class ChannelClosed(Exception):
    """The other end is gone."""


class Channel:
    """One end of a connection; any thread may send, one may receive."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        # With a timeout, or under gevent, a socket never blocks; here whoever receives is to wait.
        os.set_blocking(connected.fileno(), True)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A machine that lost its power says nothing more.
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 4)):
            connected.setsockopt(socket.IPPROTO_TCP, option, value)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 30_000)
        self._connection: Connection[Any, Any] = Connection(os.dup(connected.fileno()))
        self._lock = threading.Lock()

    @contextmanager
    def within(self, seconds: int) -> Iterator[None]:
        """In the block, whoever receives waits so long at most, and gets a BlockingIOError then."""
        self._wait_at_most(seconds)
        try:
            yield
        finally:
            self._wait_at_most(0)

    def _wait_at_most(self, seconds: int) -> None:
        # The kernel's own limit, which holds for whoever reads the descriptor; 0 is none.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", seconds, 0))

    def prove(self, key: bytes, *, asks_first: bool) -> None:
        """Let both sides show that they know the key.

        Raises:
            multiprocessing.AuthenticationError, EOFError, OSError: the other does not.
        """
        steps = (deliver_challenge, answer_challenge)
        for step in steps if asks_first else reversed(steps):
            step(self._connection, key)

    def send(self, message: object) -> None:
        """Send it; raises ChannelClosed if nobody is there any more."""
        try:
            with self._lock:
                self._connection.send(message)
        except OSError as error:
            raise ChannelClosed from error

    def receive(self) -> Any:
        """The next message; raises ChannelClosed if there will be none."""
        try:
            return self._connection.recv()
        except (EOFError, OSError) as error:
            raise ChannelClosed from error

    def await_end(self) -> None:
        """Until there is one more message, or will be none: either way the other wants no more."""
        with suppress(ChannelClosed):
            self.receive()

    def close(self) -> None:
        """End it for both, also for a thread of ours that receives."""
        with suppress(OSError):  # the other end may have closed it
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def __del__(self) -> None:
        self._connection.close()


def this_host() -> str:
    """Names the running system, container or not, as the monotonic clock knows it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def parse_address(text: str) -> tuple[str, int]:
    """HOST:PORT.

    Raises:
        ValueError: it is no such text.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"{text!r}: allowed is HOST:PORT, such as 10.0.0.5:5560")
    return host.strip("[]"), int(port)
