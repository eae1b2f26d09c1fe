"""The embedded target as its users see it: started here, or found running in a state folder."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import psutil

from reference.errors import WrongFailpoint
from reference.failpoint import FAILPOINT_VARIABLE, failpoint_from_environment
from reports.record import MeteredQuery, MeteredRequests
from scenarios.targets.airflow.installed import refuse_what_cannot_be_served
from scenarios.targets.day_settings import check_settings
from scenarios.targets.embedded.athena.query_log import read_query_log
from scenarios.targets.embedded.aws.meter import PATH as METER_PATH
from scenarios.targets.embedded.control import ask
from scenarios.targets.embedded.object_store.access_log import count_requests
from scenarios.targets.embedded.object_store.gateway import access_log
from scenarios.targets.embedded.parent_death import end_with_parent
from scenarios.targets.embedded.stack import ObjectStore
from scenarios.targets.embedded.state_dir import StateDir
from scenarios.targets.errors import TargetError, WrongUse
from scenarios.targets.interface import Ability, PipelineSettings, Readings, TargetStatus

_END_TIMEOUT_S = 60.0
_METER_TIMEOUT_S: Final = 10.0


class EmbeddedTarget:
    """A stack under one state folder, reached through its supervisor."""

    name = "embedded"
    abilities: frozenset[Ability] = frozenset({"alone", "break", "configure", "meter"})

    def __init__(self, state: StateDir, supervisor: subprocess.Popen[bytes] | None = None) -> None:
        self._state = state
        self._supervisor = supervisor

    @classmethod
    def attach(cls, state_dir: Path) -> "EmbeddedTarget":
        """The stack that runs in `state_dir`.

        Raises:
            TargetError: none does.
        """
        state = StateDir(state_dir)
        if not state.is_running():
            raise TargetError(f"no stack runs in {state.path}; start one with: {state.command('up')}")
        if not state.stack_file.exists():
            raise TargetError(f"the stack in {state.path} is starting or ending; try again in a few seconds")
        return cls(state)

    @classmethod
    def start(
        cls,
        state_dir: Path,
        writers: int = 1,
        grpc_port: int = 0,
        object_store: ObjectStore = "moto",
        say: Callable[[str], None] = lambda _text: None,
        airflow: bool = False,
    ) -> "EmbeddedTarget":
        """Start a stack and wait until it is ready. It ends when the calling thread ends, unless told to keep().

        Raises:
            TargetError: with the part that failed and the end of its log; nothing is left running. Or Airflow is wanted
                and not installed.
            WrongUse: KEYSTONE_FAILPOINT names no failpoint of a writer; or Airflow is wanted, whose tasks would inherit
                settings that say what is not allowed.
        """
        if FAILPOINT_VARIABLE in os.environ:
            _refuse_wrong_failpoint()
        if airflow:
            refuse_what_cannot_be_served()
            check_settings(os.environ)
        state = StateDir(state_dir)
        command = [
            # -P: a folder `dags` where the user stands is none of ours.
            *[sys.executable, "-P", "-m", "scenarios.targets.embedded.supervisor", "--state-dir", str(state.path)],
            *["--writers", str(writers), "--grpc-port", str(grpc_port), "--object-store", object_store],
            *(["--airflow"] if airflow else []),
        ]
        supervisor = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - see there
        )
        try:
            _await_ready(supervisor, say)
        except BaseException:
            _end(supervisor)
            raise
        return cls(state, supervisor)

    def keep(self) -> None:
        """Let the stack outlive this process."""
        self._ask(do="keep")

    def status(self) -> TargetStatus:
        """See Target."""
        return TargetStatus.from_json(self._ask(do="status"))

    def readings(self) -> Readings:
        """See Target."""
        endpoints = self.status().endpoints
        try:
            with urlopen(f"{endpoints.aws}{METER_PATH}", timeout=_METER_TIMEOUT_S) as answer:  # noqa: S310 - our own
                counts = [MeteredRequests(**count) for count in json.load(answer)]
        except OSError as error:
            raise TargetError(f"aws does not answer at {endpoints.aws}: {error}; see `keystone status`") from error
        if self._state.object_store.exists():
            counts += self._logged_requests()
        logs = (self._state.path / "kafka").glob(f"data/{endpoints.topic}-*/*.log")
        return Readings(counts, sum(log.stat().st_size for log in logs), self._ended_queries())

    def _ended_queries(self) -> list[MeteredQuery]:
        try:
            return read_query_log(self._state.athena)
        except (OSError, ValueError) as error:
            raise TargetError(f"Athena's statements cannot be counted: {error}") from error

    def _logged_requests(self) -> list[MeteredRequests]:
        try:
            return count_requests(access_log(self._state.object_store))
        except (OSError, ValueError) as error:
            raise TargetError(f"the object store's requests cannot be counted: {error}") from error

    def stop_part(self, name: str) -> None:
        """See Target."""
        self._ask(do="stop", part=name)

    def start_part(self, name: str) -> None:
        """See Target."""
        self._ask(do="start", part=name)

    def kill_part(self, name: str) -> None:
        """See Target."""
        self._ask(do="kill", part=name)

    def configure(self, pipeline: PipelineSettings | None) -> None:
        """See Target."""
        self._ask(do="configure", pipeline=None if pipeline is None else asdict(pipeline))

    def down(self) -> None:
        """End all parts and remove the state folder; returns when that is done."""
        pid = self._state.owner()
        try:
            self._ask(do="down")
            answered = True
        except TargetError:
            # A supervisor that does not answer is ended all the same; the kernel ends its parts.
            answered = False
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._supervisor is not None:
            self._supervisor.wait(_END_TIMEOUT_S)
        deadline = time.monotonic() + _END_TIMEOUT_S
        # The folder's lock goes first, and then what lies there.
        while self._state.is_running() or _is_alive(pid):
            if time.monotonic() > deadline:
                raise TargetError(f"the stack's supervisor (pid {pid}) does not end")
            time.sleep(0.02)
        if not answered:
            self._state.discard()

    def _ask(self, **request: Any) -> dict[str, Any]:
        return ask(self._state.control_socket, request)


def _await_ready(supervisor: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
    """Pass the supervisor's steps on until it is ready."""
    if supervisor.stdout is None:
        raise TargetError("the supervisor was started without a pipe to hear it through")
    for line in supervisor.stdout:
        match json.loads(line):
            case {"step": text}:
                say(text)
            case {"error": text}:
                raise TargetError(text)
            case {"ready": _}:
                supervisor.stdout.close()
                return
    raise TargetError(
        f"the stack's supervisor ended with exit code {supervisor.wait()}; see supervisor.log in its logs"
    )


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(_END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _refuse_wrong_failpoint() -> None:
    """Before anything is started, and not by the writers' logs after it."""
    from reference.writer.__main__ import FAILPOINTS  # noqa: PLC0415 - seconds of imports that few need

    try:
        failpoint_from_environment(FAILPOINTS)
    except WrongFailpoint as error:
        raise WrongUse(str(error)) from error
