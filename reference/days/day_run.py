"""Days from silver to gold in this process: the steps that the DAG's tasks are, one after the other."""

from collections.abc import Sequence
from datetime import date

from reference.days.settings import DaySettings
from reference.days.steps import DaySteps
from reference.errors import AlertNotSent
from reference.lake.columns import DAY_COLUMNS, SILVER
from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import athena_url, run_checkpoint
from reference.warehouse.check_view import DATABASE
from reference.warehouse.day import Checked


def run_days(steps: DaySteps, lake: LakeSettings, settings: DaySettings, days: Sequence[date]) -> list[Checked]:
    """Check days together, quarantine what fails, put the rest into gold.

    Raises:
        PipelineError: a step did not work; run it again.
    """
    pinned = steps.pin(days)
    url = athena_url(lake, DATABASE, settings.workgroup, settings.output)
    view = steps.open_view(pinned)
    checked = steps.judge(pinned, run_checkpoint(url, view, steps.rules, SILVER, DAY_COLUMNS))
    routes = {route: [one for one in checked if one.route(steps.most_failing) == route]
              for route in ("clean", "quarantine", "held")}  # fmt: skip
    if routes["quarantine"]:
        steps.quarantine(routes["quarantine"])
    if into_gold := routes["clean"] + routes["quarantine"]:
        steps.gold(into_gold)
    return checked


def tell(steps: DaySteps, checked: Sequence[Checked]) -> list[str]:
    """Tell who must know of days; of each alert that a channel did not take, what it said. The days are where they
    belong all the same, and the next run tries that channel again."""
    refused = []
    for one in checked:
        try:
            steps.alert(one)
        except AlertNotSent as error:
            refused.append(str(error))
    return refused
