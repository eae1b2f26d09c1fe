"""A scenario by its name or file, run on a target from beginning to end, with all that belongs to it."""

from collections.abc import Sequence
from pathlib import Path

from reports.record import RunRecord
from scenarios.model import library, overrides
from scenarios.runner.fault_journal import journal_of
from scenarios.runner.plan import plan_run
from scenarios.runner.report import write_report
from scenarios.runner.run import run_scenario
from scenarios.targets.interface import Target


def run_once(
    target: Target, scenario: str, settings: Sequence[str], into: Path, *, short: bool
) -> tuple[RunRecord, Path]:
    """Run it without a word; the record, and the folder within `into` where it lies with its report.

    Args:
        scenario: a name of the library, or a file.
        settings: KEY=VALUE, as for `keystone run --set`.
        short: squeeze the load into ten seconds.

    Raises:
        ScenarioError, LoadgenError, TargetError: as run_scenario and the reading of the scenario do.
    """
    found = overrides.override(library.load(scenario), settings)
    found = overrides.short(found) if short else found
    plan = plan_run(found)
    folder = into / plan.id
    folder.mkdir(parents=True)
    with journal_of(target) as journal:
        record = run_scenario(plan, target, journal, folder, lambda _text: None)
    write_report(record, folder)
    return record, folder
