"""The process that owns a stack: starts its parts, answers commands, notices deaths, ends everything when it ends.

    python -m scenarios.targets.embedded.supervisor --state-dir DIR [--writers N] [--grpc-port P] [--object-store S]
        [--airflow]

Its parent reads its standard output: a JSON line for each step, the last one `{"ready": ...}` or `{"error": ...}`.
Until told to `keep`, it ends when the parent's thread that started it ends; its parts end with it, whatever kills it.
"""

import json
import os
import select
import signal
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, get_args

import click

from reference.failpoint import FAILPOINT_VARIABLE
from scenarios.targets.embedded.control import listen
from scenarios.targets.embedded.parent_death import outlive_parent
from scenarios.targets.embedded.stack import ObjectStore, Stack, StackSettings
from scenarios.targets.embedded.state_dir import StateDir
from scenarios.targets.errors import TargetError, WrongUse
from scenarios.targets.interface import PipelineSettings

LOOK_S = 0.2
STEP_S = 0.02
_REQUEST_TIMEOUT_S = 5.0


@click.command(help=__doc__)
@click.option("--state-dir", type=click.Path(path_type=Path), required=True)
@click.option("--writers", type=click.IntRange(0), default=1)
@click.option("--grpc-port", type=click.IntRange(0, 65535), default=0)
@click.option("--object-store", type=click.Choice(get_args(ObjectStore)), default="moto")
@click.option("--airflow", is_flag=True)
def main(state_dir: Path, writers: int, grpc_port: int, object_store: ObjectStore, airflow: bool) -> None:
    """Claim the folder, start, serve, stop; after a clean end discard it. Exit code 0, or 3 if it did not start."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    state = StateDir(state_dir)
    try:
        state.claim()
        _log_to(state)
    except TargetError as error:
        _report({"error": str(error)})
        sys.exit(3)
    try:
        failpoint = os.environ.pop(FAILPOINT_VARIABLE, "")
        stack = Stack(state, StackSettings(writers, grpc_port, object_store, failpoint, airflow))
    except TargetError as error:
        # Nothing was started, so there is nothing to explain.
        _report({"error": str(error)})
        state.discard()
        sys.exit(3)
    try:
        _start(stack, state)
        Supervisor(stack, state).serve()
    except (TargetError, OSError) as error:
        _report({"error": str(error)})
        sys.exit(3)
    finally:
        stack.stop()
    state.discard()


def _start(stack: Stack, state: StateDir) -> None:
    stack.start(say=lambda text: _report({"step": text}))
    state.write_stack(stack.status(os.getpid()).to_json())


Answer = dict[str, Any]
Operation = Generator[None, None, Answer]
"""What was asked, in steps, so that a slow start does not keep others waiting; returns the answer."""


class Supervisor:
    """Serves commands over the control socket, and looks after the parts in between.

    All in one thread: the kernel ends a part when the thread that started it ends.
    """

    def __init__(self, stack: Stack, state: StateDir) -> None:
        self._stack = stack
        self._state = state
        self._under_way: list[tuple[socket.socket, Operation]] = []
        self._down = False

    def serve(self) -> None:
        """Until `down`."""
        with listen(self._state.control_socket) as listener:
            _report({"ready": self._stack.status(os.getpid()).to_json()})
            _stop_reporting()
            while not self._down:
                if select.select([listener], [], [], STEP_S if self._under_way else LOOK_S)[0]:
                    connection, _ = listener.accept()
                    self._take(connection)
                self._under_way = [(c, operation) for c, operation in self._under_way if self._step(c, operation)]
                self._stack.notice_deaths()

    def _take(self, connection: socket.socket) -> None:
        connection.settimeout(_REQUEST_TIMEOUT_S)
        try:
            request: dict[str, Any] = json.loads(connection.makefile("rb").readline())
        except (OSError, ValueError) as error:
            # Whoever asked went away or spoke nonsense; the stack goes on.
            print(f"supervisor: a request was not understood: {error}", file=sys.stderr)
            connection.close()
        else:
            self._under_way.append((connection, self._do(request)))

    def _step(self, connection: socket.socket, operation: Operation) -> bool:
        """Go on with an operation; at its end answer and return False."""
        try:
            next(operation)
        except StopIteration as end:
            answer: Answer = end.value
        except (TargetError, WrongUse) as error:
            answer = {"error": str(error), "wrong_use": isinstance(error, WrongUse)}
        else:
            return True
        with connection:
            try:
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError as error:
                print(f"supervisor: a request was not answered: {error}", file=sys.stderr)
        return False

    def _do(self, request: dict[str, Any]) -> Operation:
        match request:
            case {"do": "status"}:
                self._stack.notice_deaths()
                return self._stack.status(os.getpid()).to_json()
            case {"do": "keep"}:
                outlive_parent()
            case {"do": "down"}:
                self._stack.stop()
                self._down = True
            case {"do": "stop", "part": str(name)}:
                yield from self._stack.part(name).stopping()
            case {"do": "kill", "part": str(name)}:
                self._stack.part(name).kill()
            case {"do": "start", "part": str(name)}:
                yield from self._stack.starting(name)
            case {"do": "configure", "pipeline": settings}:
                yield from self._stack.configuring(None if settings is None else PipelineSettings(**settings))
            case _:
                raise TargetError(f"unknown request {request!r}")
        return {}


def _report(line: dict[str, Any]) -> None:
    try:
        print(json.dumps(line), flush=True)
    except BrokenPipeError:
        # The parent is gone; its death signal ends this process in a moment.
        _stop_reporting()


def _stop_reporting() -> None:
    """Close the parent's pipe: nobody listens any more, and what is said goes to the log."""
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _log_to(state: StateDir) -> None:
    with state.log("supervisor").open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())


if __name__ == "__main__":
    main()
