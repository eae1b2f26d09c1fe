"""A day on its way to gold."""

from itertools import count

import pytest

from reference.days.steps import DaySteps
from reference.lake.columns import SILVER
from reference.quality.rule_file import DEFAULT, read_rules
from reference.state.alert_keys import AlertKeys
from reference.state.day_states import DayStates
from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint
from tests.reference.day_lake import DayLake
from tests.reference.days.stepping import Days
from tests.reference.mailbox import Mailbox


@pytest.fixture
def days(day_lake: DayLake, database: PostgresEndpoint) -> Days:
    migrate(database.direct)
    mailbox, ticks = Mailbox(), count(1_000)
    steps = DaySteps(
        athena=day_lake.athena,
        rules=read_rules(DEFAULT, SILVER),
        markers=day_lake.markers,
        states=DayStates(database.pooled),
        channels=[mailbox],
        keys=AlertKeys(database.pooled),
        most_failing=0.06,
        alert_above=0.01,
        now_ns=lambda: next(ticks),
        reach=lambda _: None,
    )
    return Days(day_lake, steps, mailbox)
