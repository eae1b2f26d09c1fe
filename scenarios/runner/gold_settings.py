"""What a scenario that goes to gold needs, and what it says to the steps."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final

from scenarios.model.scenario import Scenario
from scenarios.targets.day_settings import check_settings
from scenarios.targets.errors import TargetError

EXTRA: Final = "pip install 'keystone-nexus[quality]'"


def gold_settings(scenario: Scenario) -> dict[str, str]:
    """The variables that are the scenario's to say, whatever this process's environment says of them: its audit judges
    by the same. An empty one is none: then the project's own rules hold."""
    return {"KEYSTONE_MOST_FAILING": str(scenario.hold_above), "KEYSTONE_RULES": scenario.rules or ""}


def check_gold(scenario: Scenario, environment: Mapping[str, str] = os.environ) -> None:
    """Better found out before the stack starts than after the load.

    Raises:
        TargetError: what the checks need is not installed.
        WrongUse: the scenario's rules or the environment's settings say what is not allowed.
    """
    if find_spec("great_expectations") is None:
        raise TargetError(f"{scenario.name} goes to gold, and Great Expectations is not installed: {EXTRA}")
    check_settings({**environment, **gold_settings(scenario)})
