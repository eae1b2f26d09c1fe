"""What the orchestrator's tasks begin with: the steps, as this process's environment says."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reference.clock import utc_clock
from reference.days.failing import failure_of, tell_failure
from reference.days.markers import open_markers
from reference.days.settings import DaySettings
from reference.days.steps import FAILPOINTS, DaySteps, open_channels, open_steps
from reference.failpoint import failpoint_from_environment
from reference.lake.columns import DAY_COLUMNS, SILVER
from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import athena_url, checkpoint
from reference.state.alert_keys import AlertKeys
from reference.warehouse.check_view import DATABASE
from reference.warehouse.day import Checked

if TYPE_CHECKING:
    from great_expectations import Checkpoint
    from great_expectations.data_context import AbstractDataContext


def open_steps_here() -> DaySteps:
    """The steps.

    Raises:
        WrongSetting, WrongRules, WrongFailpoint: the environment says what cannot be.
    """
    settings, lake = DaySettings.from_environment(), LakeSettings.from_environment()
    return open_steps(lake, settings, utc_clock(), failpoint_from_environment(FAILPOINTS))


def tell_failure_here(context: Mapping[str, Any]) -> list[str]:
    """Tell of what failed by Airflow's context, if that is worth it; neither rules nor the lake need be sound for that.

    Raises:
        WrongSetting: the environment says what cannot be.
        AlertNotSent: see send.
    """
    now_ns = utc_clock()
    if (failure := failure_of(context, now_ns())) is None:
        return []
    settings, lake = DaySettings.from_environment(), LakeSettings.from_environment()
    channels, keys = open_channels(lake, settings), AlertKeys(settings.postgres)
    return tell_failure(open_markers(lake), channels, keys, now_ns, *failure)


def open_day_checkpoint(context: "AbstractDataContext", pinned: Mapping[str, Any]) -> "Checkpoint":
    """The checkpoint on a pinned day, made known to a context; its view is made."""
    settings, lake = DaySettings.from_environment(), LakeSettings.from_environment()
    steps = open_steps_here()
    view = steps.open_view([Checked.from_json(pinned)])
    url = athena_url(lake, DATABASE, settings.workgroup, settings.output)
    return checkpoint(context, url, view, steps.rules, SILVER, DAY_COLUMNS)
