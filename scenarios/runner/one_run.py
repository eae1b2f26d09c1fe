"""A plan run on a target from beginning to end, with all that belongs to it: folder, record, report, table of runs."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reports.record import RunRecord
from scenarios.runner.fault_journal import FaultJournal
from scenarios.runner.plan import Plan
from scenarios.runner.report import write_report
from scenarios.runner.run import run_scenario
from scenarios.runner.runs_table import note_run
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Target

Say = Callable[[str], None]


def run_once(plan: Plan, target: Target, journal: FaultJournal, folder: Path, show: Say, warn: Say) -> RunRecord:
    """Run it; the record lies in `folder`, with its report.

    Args:
        show: told what is going on, some times a second.
        warn: told what could not be done besides; it is no reason to lose the run's outcome.

    Raises:
        LoadgenError, TargetError, KeyboardInterrupt: see run_scenario; then there is no record.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        record = run_scenario(plan, target, journal, folder, show)
    except BaseException:
        # A run that came to no end has no record; its folder, if empty, says nothing.
        with suppress(OSError):
            folder.rmdir()
        raise
    try:
        write_report(record, folder)
    except (OSError, ValueError) as error:
        # A page can be made of the record later.
        warn(f"no report: {error}; later: keystone report {folder}")
    try:
        note_run(target.status().endpoints.postgres, record, warn)
    except TargetError as error:
        warn(f"the run is not in the table of runs: {error}")
    return record
