"""What the environment says of the way to gold, which the tasks inherit: looked at before anything starts."""

from collections.abc import Mapping

from reference.days.settings import DaySettings
from reference.errors import WrongRules, WrongSetting
from reference.lake.columns import SILVER
from reference.quality.rule_file import DEFAULT, read_rules
from scenarios.targets.errors import WrongUse

POSTGRES = "KEYSTONE_POSTGRES"
PROJECTS_RULES = str(DEFAULT)


def check_settings(environment: Mapping[str, str]) -> None:
    """Whether days could be taken to gold by these variables; where Postgres is comes from the target.

    Raises:
        WrongUse: a variable, or the file of rules that one names, says what is not allowed.
    """
    try:
        read_rules(DaySettings.from_environment({**environment, POSTGRES: "the target's"}).rules, SILVER)
    except (WrongSetting, WrongRules) as error:
        raise WrongUse(str(error)) from None
