"""What the environment says of the way to gold, which the tasks inherit: looked at before anything starts."""

from collections.abc import Mapping

from reference.days.settings import DaySettings
from reference.errors import WrongRules, WrongSetting
from reference.lake.columns import SILVER
from reference.quality.rule_file import read_rules
from scenarios.targets.errors import WrongUse

_POSTGRES = "KEYSTONE_POSTGRES"


def check_settings(environment: Mapping[str, str]) -> DaySettings:
    """The settings by which days would be taken to gold; where Postgres is comes from the target.

    Raises:
        WrongUse: a variable, or the file of rules that one names, says what is not allowed.
    """
    try:
        settings = DaySettings.from_environment({**environment, _POSTGRES: "the target's"})
        read_rules(settings.rules, SILVER)
    except (WrongSetting, WrongRules) as error:
        raise WrongUse(str(error)) from None
    return settings
