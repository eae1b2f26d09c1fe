"""The steps of one day on a lake, with a checkpoint that is made up; killed where a test wants it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reference.days.steps import FAILPOINTS, DaySteps
from reference.lake.columns import DAY_COLUMNS
from reference.quality.rules import Unique
from reference.warehouse.day import Checked
from reference.warehouse.summary import summarize
from tests.reference.day_lake import DAY, DayLake, order
from tests.reference.mailbox import Mailbox
from tests.reference.quality.descriptions import described, expectations

BAD = [order(1, customer_id=None), order(2, customer_state="RJ"), order(0, price="-1.00")]
ROWS = [order(0), *BAD, *map(order, range(4, 40))]
"""A day of which two rows fail."""


class Killed(BaseException):
    """The process ended here."""


@dataclass
class Days:
    """The steps on a lake of one day, and where their alerts go."""

    lake: DayLake
    steps: DaySteps
    mailbox: Mailbox

    def run(self, kill_at: str | None = None, seen: Mapping[str, int] | None = None) -> list[Checked]:
        """All of them, as day_run has them; killed when a failpoint is reached.

        Args:
            seen: rule → rows that the checkpoint finds, of the others what is so.
        """
        steps = replace(self.steps, reach=_killer(kill_at))
        pinned = steps.pin([DAY])
        steps.open_view(pinned)
        checked = steps.judge(pinned, self.description(pinned, seen))
        routed = [one for one in checked if one.route(steps.most_failing) != "held"]
        if routed:
            steps.quarantine(routed)
            steps.gold(routed)
        for one in checked:
            steps.alert(one)
        return checked

    def judged(self) -> list[Checked]:
        """The day after its check, nothing of it moved."""
        pinned = self.steps.pin([DAY])
        self.steps.open_view(pinned)
        return self.steps.judge(pinned, self.description(pinned))

    def description(self, pinned: list[Checked], seen: Mapping[str, int] | None = None) -> dict[str, Any]:
        """What a checkpoint says that Athena has answered; it finds the first of equal rows, too."""
        rules, generations = self.steps.rules, [one.generation for one in pinned]
        counts: Counter[str] = Counter()
        for one in summarize(self.lake.athena, rules, generations, pinned[0].snapshot_id):
            counts.update(one.by_rule)
        for rule in rules:
            if isinstance(rule, Unique) and counts[rule.name]:
                counts[rule.name] += 1
        return described(expectations(rules, {**counts, **(seen or {})}, DAY_COLUMNS))


def _killer(kill_at: str | None) -> Callable[[str], None]:
    def reach(name: str) -> None:
        assert name in FAILPOINTS
        if name == kill_at:
            raise Killed(name)

    return reach
