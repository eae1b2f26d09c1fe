"""The steps of a day from silver to gold, each safe to repeat: at any time, by anybody, after a death at any line.

    pinned ─► looked at by the checkpoint ─► judged ─► quarantined ─► in gold ─► told

A step takes what the one before gave. The orchestrator runs one day at a time; several that are pinned together share
their statements.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, Final

import boto3

from reference.alerts.alert import Alert, Kind
from reference.alerts.channels import Channel, SlackWebhook, SnsTopic
from reference.alerts.sending import send
from reference.days.markers import Marker, Markers, open_markers
from reference.days.settings import DaySettings
from reference.errors import NoMarker, NoVerdict
from reference.lake.columns import DAY_COLUMNS, SILVER
from reference.lake.settings import LakeSettings
from reference.quality.rule_file import read_rules
from reference.quality.rules import Rule
from reference.quality.verdict import disagreement, verdict
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
        """The days' generations, each once, and the snapshot of silver in which all that follows looks at them.

        Raises:
            NoMarker: a day is not complete.
        """
        days = list(dict.fromkeys(days))
        markers = self.markers.newest(days)
        if missing := [day.isoformat() for day in days if day not in markers]:
            raise NoMarker(f"no marker of {', '.join(missing)}: nobody has said that the day is complete")
        snapshot_id = int(self.athena.rows(NEWEST_SNAPSHOT)[0][0] or 0)
        self.reach("pinned")
        pinned_ns = self.now_ns()
        return [
            Checked(Generation(day, marker.generation), snapshot_id, rows=marker.rows, pinned_ns=pinned_ns)
            for day, marker in ((day, markers[day]) for day in days)
        ]

    def open_view(self, pinned: Sequence[Checked]) -> str:
        """What the checkpoint looks at: the name of a view of DATABASE."""
        self.athena.run(create_view(self.rules, pinned))
        self.reach("viewed")
        return view_name(self.rules, pinned)

    def judge(self, pinned: Sequence[Checked], description: Mapping[str, Any] | None) -> list[Checked]:
        """What the rules say of the days, the earliest first; noted.

        A day of which the same generation was judged by other rules, or with other rows, opens the next: statements of
        a generation all come to the same, so that one that ends late undoes nothing.

        Args:
            description: what the checkpoint found, of all of them together.

        Raises:
            NoVerdict: it found nothing, or something else than this does; or rows are missing that were there when the
                day was marked.
        """
        found = verdict(description, self.rules, DAY_COLUMNS)
        if not pinned:
            raise NoVerdict("there is no day: the task that pins one has not succeeded")
        checked = summarize(self.athena, self.rules, [one.generation for one in pinned], pinned[0].snapshot_id)
        counted = {rule.name: sum(one.by_rule[rule.name] for one in checked) for rule in self.rules}
        if differ := disagreement(self.rules, found, counted):
            raise NoVerdict(f"the checkpoint and the count by the same rules found not the same rows: {differ}")
        for before, now in zip(pinned, checked, strict=True):
            if now.rows < before.rows:
                day = now.generation.day
                raise NoVerdict(f"silver has {now.rows:,} rows of {day}, its marker says {before.rows:,}; mark it anew")
        self.reach("judged")
        noted = self._note([replace(one, judged_by=self._judged_by) for one in checked])
        self.athena.run(drop_view(self.rules, pinned))
        return noted

    def quarantine(self, checked: Sequence[Checked]) -> None:
        """Put exactly the failing rows into quarantine.

        Raises:
            NoVerdict: the rules are not those by which the days were judged, or the share; so too the two below.
        """
        self._refuse_others(checked)
        self.athena.change(quarantine_statement(self.rules, checked))
        self.reach("quarantined")

    def gold(self, checked: Sequence[Checked]) -> None:
        """Put the clean rows, added up, into gold; noted."""
        self._refuse_others(checked)
        self.athena.change(gold_statement(self.rules, checked))
        self.reach("gold")
        generations = [(one.generation.day, one.generation.number) for one in checked]
        self.states.in_gold(generations, self.now_ns())

    def alert(self, checked: Checked) -> list[str]:
        """Tell of a held day, or of one with much in quarantine; the channels that took it."""
        self._refuse_others([checked])
        route = checked.route(self.most_failing)
        if route == "clean" or (route == "quarantine" and checked.share <= self.alert_above):
            return []
        return self._send(self._alert_of(checked))

    def _refuse_others(self, checked: Sequence[Checked]) -> None:
        for one in checked:
            if one.judged_by != self._judged_by:
                raise NoVerdict(
                    f"{one.generation.day} was judged by other rules than there are now, or by another share above "
                    "which a day is held; begin again with its check"
                )

    def _note(self, checked: Sequence[Checked]) -> list[Checked]:
        """Enter what was found, of each day in the first generation from its own on that has nothing else noted."""
        noted, due = [], list(checked)
        while due:
            taken = self.states.checked([self._state(one) for one in due])
            noted += [one for one, is_noted in zip(due, taken, strict=True) if is_noted]
            due = [self._reopened(one) for one, is_noted in zip(due, taken, strict=True) if not is_noted]
        return sorted(noted, key=lambda one: one.generation)

    def _reopened(self, one: Checked) -> Checked:
        day, number = one.generation.day, one.generation.number
        late = max(0, one.rows - self.markers.read(day, number).rows)
        marker = Marker(day, number + 1, one.rows, late, self.now_ns())
        # This one may have written it before it died; or somebody has, because rows came.
        if not self.markers.write(marker) and self.markers.read(day, number + 1).rows != one.rows:
            raise NoVerdict(f"rows came for {day} since it was pinned; begin again with the task that pins it")
        return replace(one, generation=Generation(day, number + 1))

    def _alert_of(self, checked: Checked) -> Alert:
        day, number = checked.generation.day, checked.generation.number
        if checked.route(self.most_failing) == "held":
            what = f"the day is held, more than {self.most_failing:.2%} of its rows fail; gold is as it was"
            kind: Kind = "held-day"
            where, query, last = "silver.orders", failing_query(self.rules, day, SAMPLE_ROWS), "order"
        else:
            what = f"{checked.failing:,} rows went to quarantine, the others to gold"
            kind = "quarantine"
            where, query, last = "quarantine.orders", quarantined_query(checked.generation, SAMPLE_ROWS), "payload"
        rows = [f"partition {row[0]}, offset {row[1]}, {row[2]}: {last} {row[3]}" for row in self.athena.rows(query)]
        return Alert(kind, day, number, what, where, checked.failing, checked.rows, checked.by_rule, rows, query)

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
            judged_by=one.judged_by,
            checked_ns=self.now_ns(),
        )

    @property
    def _judged_by(self) -> str:
        return sha256(f"{self.most_failing!r} {list(self.rules)!r}".encode()).hexdigest()
