"""How load workers and their coordinator find each other: on this machine, or wherever somebody starts them."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import AuthenticationError

from loadgen.channel import COORDINATOR_VARIABLE, KEY_VARIABLE, PROOF_S, Channel, ChannelClosed, Hello
from loadgen.errors import WorkerError
from loadgen.fleet import Fleet

LOCAL_START_S = 60.0
END_S = 5.0


@contextmanager
def local_fleet(workers: int) -> Iterator[Fleet]:
    """So many workers on this machine.

    Raises:
        WorkerError: one does not come.
    """

    def start(environment: Mapping[str, str]) -> "list[subprocess.Popen[bytes]]":
        command = [sys.executable, "-m", "loadgen.worker", environment[COORDINATOR_VARIABLE]]
        return [start_apart(command, environment) for _ in range(workers)]

    with called_together(workers, start) as fleet:
        yield fleet


@contextmanager
def called_together(
    workers: int, start: "Callable[[Mapping[str, str]], list[subprocess.Popen[bytes]]]"
) -> Iterator[Fleet]:
    """The workers among the processes that `start` starts, given the environment that shows them the way; all of those
    are gone at the end.

    Raises:
        WorkerError: a process ends, or a worker does not come.
    """
    key = secrets.token_hex(32)
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        local = start(os.environ | {KEY_VARIABLE: key, COORDINATOR_VARIABLE: address})
        stack.callback(_end, local)
        deadline = time.monotonic() + LOCAL_START_S

        def is_hopeless() -> bool:
            return time.monotonic() > deadline or any(process.poll() is not None for process in local)

        channels = _gather(listener, workers, key.encode(), is_hopeless, lambda _come: None)
        yield stack.enter_context(Fleet(channels, [process.pid for process in local]))


def start_apart(
    command: Sequence[str], environment: Mapping[str, str], output: int | None = None
) -> "subprocess.Popen[bytes]":
    """Start a process in a session of its own: Ctrl-C is for us, who tell the workers.

    Args:
        output: a file's descriptor, for what it says; else that goes where ours goes.
    """
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )


@contextmanager
def remote_fleet(address: tuple[str, int], workers: int, key: bytes, say: Callable[[int], None]) -> Iterator[Fleet]:
    """So many workers that others start, on any machine; waits for them for as long as it takes.

    Args:
        say: told how many have come, once a second.

    Raises:
        WorkerError: nobody can listen at `address`, or a worker of another release comes.
    """
    try:
        listener = socket.create_server(address)
    except OSError as error:
        raise WorkerError(f"cannot listen at {address[0]}:{address[1]}: {error.strerror or error}") from error
    with listener:
        channels = _gather(listener, workers, key, lambda: False, say)
    with Fleet(channels, ()) as fleet:
        yield fleet


def _gather(
    listener: socket.socket, workers: int, key: bytes, is_hopeless: Callable[[], bool], say: Callable[[int], None]
) -> list[Channel]:
    """So many that know the key and said hello; whoever does not is sent away."""
    listener.settimeout(1)
    with ExitStack() as abandoned:
        channels: list[Channel] = []
        while len(channels) < workers:
            say(len(channels))
            if is_hopeless():
                raise WorkerError(f"only {len(channels)} of {workers} load workers came")
            with suppress(TimeoutError):
                come = _proven(listener.accept()[0], key)
                for channel in come:
                    abandoned.callback(channel.close)
                channels += come
        abandoned.pop_all()
    return channels


def _proven(connected: socket.socket, key: bytes) -> list[Channel]:
    """The worker's channel; none if it does not know the key.

    Raises:
        WorkerError: it is of another release.
    """
    channel = Channel(connected)
    try:
        with channel.within(PROOF_S):
            channel.prove(key, asks_first=True)
            hello, ours = channel.receive(), Hello()
    except (AuthenticationError, EOFError, OSError, ChannelClosed):
        channel.close()
        return []
    if hello != ours:
        channel.close()
        raise WorkerError(f"a load worker of keystone-nexus {hello.version} came, this is {ours.version}")
    return [channel]


def _end(local: "Sequence[subprocess.Popen[bytes]]") -> None:
    """A worker ends with its connection; one that hangs does not."""
    deadline = time.monotonic() + END_S
    while any(process.poll() is None for process in local) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in local:
        process.kill()
        process.wait()
