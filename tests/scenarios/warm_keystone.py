"""`keystone` in forks of one process that has imported Airflow and Great Expectations, which takes half a minute.

    python -m tests.scenarios.warm_keystone STATE_DIR

Reads a command from each line of its input, as JSON, and answers each with a number: a fork's pid for a command that
begins, the exit code (or minus a signal) for one that is waited for.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Any

from httpx import AsyncClient

from scenarios.cli.main import main as keystone
from scenarios.targets.airflow.in_process import in_process_dag
from scenarios.targets.embedded.target import EmbeddedTarget

IMPORTED_BY_RUNS = (
    "airflow.api_fastapi.execution_api.app",
    "airflow.api_fastapi.execution_api.routes",
    "airflow.sdk.execution_time.supervisor",
    "great_expectations",
    "psycopg",
    "pyathena.sqlalchemy.base",
)


class WarmKeystone:
    """The process, seen from a test. Commands run where a user would stand: beside the stack's state folder.

    Args:
        folder: for what they print.
    """

    def __init__(self, process: "subprocess.Popen[str]", state_dir: Path, folder: Path) -> None:
        self._process = process
        self._state_dir = state_dir
        self._folder = folder
        self._begun = 0

    def begin(self, *arguments: str, **environment: str) -> "Running":
        """Begin a command on the stack."""
        self._begun += 1
        out, err = (self._folder / f"{self._begun}.{name}" for name in ("out", "err"))
        for file in (out, err):
            file.touch()
        command = {
            "arguments": [*arguments, "--state-dir", self._state_dir.name],
            "folder": str(self._state_dir.parent),
            "environment": environment,
            "output": [str(out), str(err)],
        }
        return Running(self, self.ask(command), out, err)

    def run(self, *arguments: str, **environment: str) -> "Running":
        """A command that has ended."""
        running = self.begin(*arguments, **environment)
        running.wait()
        return running

    def ask(self, command: dict[str, Any]) -> int:
        """What the process answers to a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


class Running:
    """A command in its fork: pid, both outputs, and once it was waited for, its exit code or minus a signal."""

    def __init__(self, server: WarmKeystone, pid: int, out: Path, err: Path) -> None:
        self._server = server
        self._out, self._err = out, err
        self.pid = pid
        self.code: int | None = None

    def wait(self) -> int:
        """The exit code, or minus the signal that ended it."""
        self.code = self._server.ask({"wait": self.pid})
        assert "Traceback" not in self.err, self.err
        return self.code

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@contextmanager
def warm_keystone(state_dir: Path, folder: Path) -> Iterator[WarmKeystone]:
    """For commands on the stack of a state folder; ends with the block."""
    command = [sys.executable, "-m", __name__, str(state_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield WarmKeystone(process, state_dir, folder)


def serve(state_dir: Path) -> None:
    """Import what runs of the DAG need, then answer; returns in every fork, whose command is what is left to do.

    SIGHUP is ignored, as by nohup.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    endpoints = EmbeddedTarget.attach(state_dir).status().endpoints
    with in_process_dag(endpoints, state_dir / "airflow", print), redirect_stdout(sys.stderr):
        for name in IMPORTED_BY_RUNS:
            import_module(name)
        asyncio.run(first_request())
    for line in sys.stdin:
        command = json.loads(line)
        if "wait" in command:
            print(os.waitstatus_to_exitcode(os.waitpid(command["wait"], 0)[1]), flush=True)
        elif pid := os.fork():
            print(pid, flush=True)
        else:
            begin(command)
            return
    sys.exit(0)


async def first_request() -> None:
    """Have Airflow's API for tasks make its routes, which takes seconds; leaves no thread, with which none may fork."""
    from airflow.sdk.execution_time.supervisor import in_process_api_server  # noqa: PLC0415 - Airflow has its settings

    async with AsyncClient(transport=in_process_api_server().atransport, base_url="http://airflow") as client:
        (await client.get("/health")).raise_for_status()


def begin(command: dict[str, Any]) -> None:
    """Make this process one that a user has begun."""
    os.chdir(command["folder"])
    os.environ.update(command["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for number, path in enumerate(command["output"], 1):
        os.dup2(os.open(path, os.O_WRONLY), number)
    sys.argv = ["keystone", *command["arguments"]]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
    keystone()
