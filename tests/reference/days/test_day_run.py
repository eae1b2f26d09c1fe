"""Days from silver to gold without an orchestrator."""

from dataclasses import replace

from reference.alerts.alert import Alert
from reference.days.day_run import tell
from reference.errors import AlertNotSent
from tests.reference.day_lake import order
from tests.reference.days.stepping import ROWS, Days


class Deaf:
    """A channel that takes nothing."""

    name = "deaf"

    def send(self, alert: Alert) -> None:
        raise AlertNotSent(f"deaf did not take {alert.key}")


def test_an_alert_that_nobody_takes_is_said_and_the_other_channels_have_it(days: Days) -> None:
    days.lake.add([*ROWS, order(50, price="0.00")])
    days.lake.mark()
    checked = days.judged()
    deaf = replace(days.steps, channels=[*days.steps.channels, Deaf()])
    assert tell(deaf, checked) == ["deaf did not take held-day/2018-05-24/1"]
    assert tell(days.steps, checked) == []
    assert [alert.key for alert in days.mailbox.taken] == ["held-day/2018-05-24/1"]
