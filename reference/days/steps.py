"""The steps of a day from silver to gold, each safe to repeat: at any time, by anybody, after a death at any line.

    pinned ─► looked at by the checkpoint ─► judged ─► quarantined ─► in gold ─► told

A step takes what the one before gave. The orchestrator runs one day at a time; several that are pinned together share
their statements.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import boto3

from reference.alerts.alert import Alert, Kind
from reference.alerts.channels import Channel, SlackWebhook, SnsTopic
from reference.alerts.sending import send
from reference.days.markers import Markers, open_markers
from reference.days.settings import DaySettings
from reference.errors import NoMarker, NoVerdict
from reference.lake.columns import SILVER
from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import verdict
from reference.quality.rule_file import read_rules
from reference.quality.rules import Rule
from reference.state.alert_keys import AlertKeys
from reference.state.day_states import DayState, DayStates
from reference.warehouse.athena import Athena
from reference.warehouse.check_view import create_view, drop_view, view_name
from reference.warehouse.day import NEWEST_SNAPSHOT, Checked, Generation, failing_query
from reference.warehouse.gold import gold_statement
from reference.warehouse.quarantining import quarantine_statement, quarantined_query
from reference.warehouse.summary import summarize

FAILPOINTS: Final = ("pinned", "viewed", "judged", "quarantined", "gold", "alerted")
SAMPLE_ROWS: Final = 5


def open_steps(
    lake: LakeSettings, settings: DaySettings, now_ns: Callable[[], int], reach: Callable[[str], None]
) -> "DaySteps":
    """The steps on the lake and with the settings given; for the other arguments see DaySteps.

    Raises:
        WrongRules: the file of rules says what is not allowed.
    """
    return DaySteps(
        athena=Athena(boto3.client(**lake.client_arguments("athena")), settings.workgroup, settings.output),
        rules=read_rules(settings.rules, SILVER),
        markers=open_markers(lake),
        states=DayStates(settings.postgres),
        channels=open_channels(lake, settings),
        keys=AlertKeys(settings.postgres),
        most_failing=settings.most_failing,
        alert_above=settings.alert_above,
        now_ns=now_ns,
        reach=reach,
    )


def open_channels(lake: LakeSettings, settings: DaySettings) -> list[Channel]:
    """Where alerts go."""
    channels: list[Channel] = []
    if settings.sns_topic:
        channels.append(SnsTopic(boto3.client(**lake.client_arguments("sns")), settings.sns_topic))
    if settings.slack_webhook:
        channels.append(SlackWebhook(settings.slack_webhook))
    return channels


@dataclass(frozen=True)
class DaySteps:
    """The steps, on a lake.

    Attributes:
        reach: called with the name of each failpoint that the work comes to: between a change and the note of it.
    """

    athena: Athena
    rules: Sequence[Rule]
    markers: Markers
    states: DayStates
    channels: Sequence[Channel]
    keys: AlertKeys
    most_failing: float
    alert_above: float
    now_ns: Callable[[], int]
    reach: Callable[[str], None]

    def pin(self, days: Sequence[date]) -> list[Checked]:
        """The days' generations, and the snapshot of silver in which all that follows looks at them.

        Raises:
            NoMarker: a day is not complete.
        """
        markers = self.markers.newest(days)
        if missing := [day.isoformat() for day in days if day not in markers]:
            raise NoMarker(f"no marker of {', '.join(missing)}: nobody has said that the day is complete")
        snapshot_id = int(self.athena.rows(NEWEST_SNAPSHOT)[0][0] or 0)
        self.reach("pinned")
        return [Checked(Generation(day, markers[day].generation), snapshot_id, rows=markers[day].rows) for day in days]

    def open_view(self, pinned: Sequence[Checked]) -> str:
        """What the checkpoint looks at: the name of a view of DATABASE."""
        self.athena.run(create_view(self.rules, pinned))
        self.reach("viewed")
        return view_name(self.rules, pinned)

    def judge(self, pinned: Sequence[Checked], description: Mapping[str, Any] | None) -> list[Checked]:
        """What the rules say of the days, day by day; noted.

        Args:
            description: what the checkpoint found, of all of them together.

        Raises:
            NoVerdict: it found nothing, or something else than this does; or rows are missing that were there when the
                day was marked.
        """
        all_met = verdict(description)
        if not pinned:
            raise NoVerdict("there is no day: the task that pins one has not succeeded")
        checked = summarize(self.athena, self.rules, [one.generation for one in pinned], pinned[0].snapshot_id)
        failing = sum(one.failing for one in checked)
        if all_met != (failing == 0):
            found = "no row" if all_met else "rows"
            raise NoVerdict(f"the checkpoint found {found} to fail, the count by the same rules {failing:,}")
        for before, now in zip(pinned, checked, strict=True):
            if now.rows < before.rows:
                day = now.generation.day
                raise NoVerdict(f"silver has {now.rows:,} rows of {day}, its marker says {before.rows:,}; mark it anew")
        self.reach("judged")
        self.states.checked([self._state(one) for one in checked])
        self.athena.run(drop_view(self.rules, pinned))
        return checked

    def quarantine(self, checked: Sequence[Checked]) -> None:
        """Put exactly the failing rows into quarantine."""
        self.athena.change(quarantine_statement(self.rules, checked))
        self.reach("quarantined")

    def gold(self, checked: Sequence[Checked]) -> None:
        """Put the clean rows, added up, into gold; noted."""
        self.athena.change(gold_statement(self.rules, checked))
        self.reach("gold")
        generations = [(one.generation.day, one.generation.number) for one in checked]
        self.states.in_gold(generations, self.now_ns())

    def alert(self, checked: Checked) -> list[str]:
        """Tell of a held day, or of one with much in quarantine; the channels that took it."""
        route = checked.route(self.most_failing)
        if route == "clean" or (route == "quarantine" and checked.share <= self.alert_above):
            return []
        return self._send(self._alert_of(checked))

    def _alert_of(self, checked: Checked) -> Alert:
        day, number = checked.generation.day, checked.generation.number
        if checked.route(self.most_failing) == "held":
            what = f"the day is held, more than {self.most_failing:.2%} of its rows fail; gold is as it was"
            kind: Kind = "held-day"
            where, query = "silver.orders", failing_query(self.rules, day, SAMPLE_ROWS)
        else:
            what = f"{checked.failing:,} rows went to quarantine, the others to gold"
            kind = "quarantine"
            where, query = "quarantine.orders", quarantined_query(checked.generation, SAMPLE_ROWS)
        broken = [f"{rule}: {count:,}" for rule, count in checked.by_rule.items() if count]
        rows = [" ".join(str(value) for value in row) for row in self.athena.rows(query)]
        return Alert(kind, day, number, what, where, checked.failing, checked.rows, [*broken, *rows], query)

    def _send(self, alert: Alert) -> list[str]:
        sent = send(alert, self.channels, self.keys, self.now_ns)
        self.reach("alerted")
        return sent

    def _state(self, one: Checked) -> DayState:
        return DayState(
            day=one.generation.day,
            generation=one.generation.number,
            snapshot_id=one.snapshot_id,
            rows=one.rows,
            failing=one.failing,
            by_rule=one.by_rule,
            ends=one.ends,
            route=one.route(self.most_failing),
            checked_ns=self.now_ns(),
        )
