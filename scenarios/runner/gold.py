"""The days of a run on their way to gold: marked, and handed to the pipeline's own steps in a process of theirs."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from scenarios.model.scenario import Scenario
from scenarios.runner.gold_settings import gold_settings
from scenarios.targets.airflow.environment import task_environment
from scenarios.targets.days import Days, WhichDays
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints

ALERT_NOT_SENT: Final = 3
"""The exit code of steps that have done all but this."""


class GoldWork:
    """Takes days to gold whenever it is told to; one thread at a time.

    Args:
        folder: where the steps' log goes.
        show: told what is going on.
    """

    def __init__(self, scenario: Scenario, endpoints: Endpoints, folder: Path, show: Callable[[str], None]) -> None:
        self._days = Days(endpoints, folder)
        self._log = folder / "days.log"
        self._show = show
        self._late_rows: dict[date, int] = {}
        """Day that this run has taken to gold → rows that came for it afterwards."""
        self.unsent = ""
        """The last alert that a channel did not take, and what it said."""
        self._environment = os.environ | task_environment(endpoints) | gold_settings(scenario)

    def run(self, which: WhichDays) -> None:
        """Mark the days that have new rows, and take them to gold.

        Raises:
            TargetError: a step did not work; what was done stays.
        """
        markers = self._days.mark((), which)
        for marker in markers:
            known = self._late_rows.get(marker.day)
            self._late_rows[marker.day] = 0 if known is None else known + marker.late_rows
        if markers:
            self._take([marker.day for marker in markers])

    @property
    def late_rows(self) -> int:
        """Rows that came for days which the run had taken to gold before."""
        return sum(self._late_rows.values())

    @property
    def reopened_days(self) -> int:
        """Those days."""
        return sum(rows > 0 for rows in self._late_rows.values())

    def _take(self, days: Sequence[date]) -> None:
        command = [sys.executable, "-m", "reference.days", *map(str, days)]
        with self._log.open("a") as log:
            steps = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        with steps:
            try:
                self._follow(steps, len(days))
            except BaseException as error:
                steps.kill()
                if isinstance(error, KeyboardInterrupt):
                    self._log.unlink()  # it says no more than that
                raise
        if steps.returncode == ALERT_NOT_SENT:
            self.unsent = f"{_last_line(self._log)}; {self._log} says more"
        elif steps.returncode != 0:
            raise TargetError(f"the days did not go to gold: {_last_line(self._log)}; {self._log} says more")

    def _follow(self, steps: "subprocess.Popen[str]", count: int) -> None:
        self._show(f"gold: {count:,} {'day' if count == 1 else 'days'} to be checked")
        for done, _ in enumerate(steps.stdout or (), 1):
            self._show(f"gold: {done:,} of {count:,} days")


class GoldTimeline:
    """Takes days to gold at times of the load, in a thread of its own."""

    def __init__(self, work: GoldWork, at_s: Sequence[float]) -> None:
        self._work = work
        self._at_s = sorted(at_s)
        self._over = threading.Event()
        self._failed: TargetError | None = None
        self._thread = threading.Thread(target=self._run, name="gold", daemon=True)

    def start(self) -> None:
        """Begin: now is second 0."""
        self._thread.start()

    def stop(self) -> None:
        """Wait for what has begun; begin nothing more.

        Raises:
            TargetError: a step did not work.
        """
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._failed is not None:
            raise self._failed

    def _run(self) -> None:
        start_s = time.monotonic()
        for at_s in self._at_s:
            if self._over.wait(max(0.0, start_s + at_s - time.monotonic())):
                return
            try:
                self._work.run("now")
            except TargetError as error:
                self._failed = error
                return


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    # Of one of the steps' own, what stands behind time and level.
    return lines[-1].partition(" ERROR ")[2] or lines[-1] if lines else "no word of why"
