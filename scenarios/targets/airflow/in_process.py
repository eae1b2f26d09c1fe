"""The DAG in this process, without scheduler and web page: Airflow's own `dag.test`, each task of it for real.

Airflow takes its settings from the environment when it is imported, so a process works on one target.
"""

import fcntl
import gc
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

from scenarios.targets.airflow.environment import DAG, airflow_environment, task_environment
from scenarios.targets.airflow.installed import EXTRA
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints

_ERROR: Final = re.compile(r"^(?:(?:[a-z_]\w*\.)+[A-Z]\w+|[A-Z]\w*(?:Error|Exception)): (.+)$", re.MULTILINE)
"""The last line of a traceback: only Python's own errors have no dots."""
_ROWS_FAIL: Final = "Great Expectations data validation failed"


@contextmanager
def in_process_dag(endpoints: Endpoints, home: Path, say: Callable[[str], None]) -> "Iterator[InProcessDag]":
    """The DAG on a target, for this process alone until the block ends: Airflow's SQLite bears no two of them.

    Args:
        home: a folder for Airflow's database and logs; what an earlier process left there is used again.
        say: told if another process has to end first.

    Raises:
        TargetError: Airflow is not installed, or its database cannot be made.
    """
    # Airflow refuses a relative path.
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another run of the DAG is under way here: waiting for its end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # What is imported stays: to look through it for what could go is a quarter of the seconds that it takes, and
        # to do so once more at the interpreter's end takes as long.
        gc.disable()
        try:
            dag = InProcessDag(endpoints, home)
        finally:
            gc.enable()
        try:
            yield dag
        finally:
            gc.freeze()


class InProcessDag:
    """The DAG on a target; see in_process_dag."""

    def __init__(self, endpoints: Endpoints, home: Path) -> None:
        self.log = home / "dag.log"
        os.environ.update(task_environment(endpoints) | airflow_environment(home))
        os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "WARNING")
        with self._output_to_log():
            self._dag = _load(home)

    def run(self, day: date) -> str | None:
        """Run the DAG for a day, all tasks anew; None if it came to its end, else why not.

        Raises:
            TargetError: the stack has ended, and Airflow's database with it.
            KeyboardInterrupt: Ctrl-C, or what is taken for it.
        """
        try:
            return self._why_not(day)
        except Exception as error:
            if self.log.exists():
                raise
            raise TargetError(f"{self.log.parent} is gone: the stack has ended meanwhile") from error

    def _why_not(self, day: date) -> str | None:
        at, before = datetime.combine(day, time(), UTC), self.log.stat().st_size
        with self._output_to_log(), self._interruptible():
            state = str(self._dag.test(logical_date=at).state)
        if state == "success":
            return None
        with self.log.open("rb") as log:
            log.seek(before)
            return f"{first_error(log.read().decode(errors='replace'))}; {self.log} says more"

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Ctrl-C ends the run, and is no failure to be told of. Airflow takes it for the task's own, and goes on."""
        was_told = False

        def end(*_: object) -> NoReturn:
            nonlocal was_told
            was_told = True
            self._dag.on_failure_callback, self._dag.has_on_failure_callback = None, False
            for task in self._dag.tasks:
                task.on_failure_callback = []
            raise KeyboardInterrupt

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        # Not one that is ignored: nohup means it.
        kept = {number: signal.signal(number, end) for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
        if was_told:
            raise KeyboardInterrupt

    @contextmanager
    def _output_to_log(self) -> Iterator[None]:
        """What Airflow prints, which is much, goes into the log."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        kept = [(number, os.dup(number)) for number in (1, 2)]
        try:
            with self.log.open("ab") as log:
                for number, _ in kept:
                    os.dup2(log.fileno(), number)
            yield
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            for number, copy in kept:
                os.dup2(copy, number)
                os.close(copy)


def first_error(logged: str) -> str:
    """What the first traceback of a log says.

    But for the checkpoint's, which fails wherever a row does: that is no reason for a run to end.
    """
    errors = _ERROR.findall(logged)
    telling = [error for error in errors if not error.startswith(_ROWS_FAIL)] or errors
    return telling[0] if telling else "for a reason unknown"


def _load(home: Path) -> Any:
    """The DAG, once Airflow's database is there."""
    try:
        from airflow.utils.db import initdb  # noqa: PLC0415 - takes seconds, and may be missing

        import_module("great_expectations_provider")
        import_module("airflow.providers.amazon")
    except ModuleNotFoundError as error:
        raise TargetError(f"Airflow or what the DAG needs of it is not installed ({error}): {EXTRA}") from None
    database = home / "airflow.db"
    if not database.exists():
        try:
            initdb()
        except BaseException:
            # Half a database would be taken for a whole one.
            database.unlink(missing_ok=True)
            raise
    dag = import_module(f"dags.{DAG}").dag
    for task in dag.tasks:
        # Whoever waits for it can run it again.
        task.retries = 0
    return dag
