"""Days of purchase as the warehouse's statements have them: which, of which generation, in which snapshot of silver."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from reference.lake.columns import DAY_COLUMNS
from reference.quality.predicate import numbered, quoted, reasons
from reference.quality.rules import Rule

Route: TypeAlias = Literal["clean", "quarantine", "held"]

SILVER: Final = '"silver"."orders"'
NEWEST_SNAPSHOT: Final = 'SELECT snapshot_id FROM "silver"."orders$refs" WHERE name = \'main\''


@dataclass(frozen=True, order=True)
class Generation:
    """A day, and the number of the marker that says that it is complete: 1, and one more each time late rows came."""

    day: date
    number: int


@dataclass(frozen=True)
class Checked:
    """What the rules say of a day.

    Attributes:
        snapshot_id: of silver, in which it was looked at.
        rows: of the day; before the check, as its marker has them.
        failing: rows that break a rule at least.
        by_rule: rule's name → rows that break it.
        ends: partition → the offset after the day's last row.
        received_ns: the first and the last time at which a failing row was received; None if there is none.
        pinned_ns: when it was pinned, which tells the views of two checks apart.
        judged_by: a hash of the rules, and of the share above which a day is held; empty before the check.
    """

    generation: Generation
    snapshot_id: int
    rows: int = 0
    failing: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[int, int] = field(default_factory=dict)
    received_ns: tuple[int, int] | None = None
    pinned_ns: int = 0
    judged_by: str = ""

    @property
    def share(self) -> float:
        """Of its rows, how many fail; 0 to 1."""
        return self.failing / self.rows if self.rows else 0.0

    def route(self, most_failing: float) -> Route:
        """Where it goes on: into gold whole, in part, or not at all."""
        if not self.failing:
            return "clean"
        return "held" if self.share > most_failing else "quarantine"

    def to_json(self) -> dict[str, Any]:
        """Plain values, from which `from_json` makes the same."""
        return {
            "day": self.generation.day.isoformat(),
            "generation": self.generation.number,
            # Beyond what JSON's readers take for exact.
            "snapshot_id": str(self.snapshot_id),
            "rows": self.rows,
            "failing": self.failing,
            "by_rule": dict(self.by_rule),
            "ends": {str(partition): end for partition, end in self.ends.items()},
            "received_ns": list(self.received_ns) if self.received_ns else None,
            "pinned_ns": str(self.pinned_ns),
            "judged_by": self.judged_by,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Checked":
        """The reverse of to_json."""
        received = values["received_ns"]
        return cls(
            generation=Generation(date.fromisoformat(values["day"]), values["generation"]),
            snapshot_id=int(values["snapshot_id"]),
            rows=values["rows"],
            failing=values["failing"],
            by_rule=values["by_rule"],
            ends={int(partition): end for partition, end in values["ends"].items()},
            received_ns=(received[0], received[1]) if received else None,
            pinned_ns=int(values["pinned_ns"]),
            judged_by=values["judged_by"],
        )


def rows_of(days: Sequence[date], snapshot_id: int | None) -> str:
    """Silver's rows of these days, as they were in a snapshot or, with None, are now: what stands behind FROM."""
    version = "" if snapshot_id is None else f" FOR VERSION AS OF {snapshot_id}"
    return f"{SILVER}{version} WHERE {is_day(days)}"


def is_day(days: Sequence[date]) -> str:
    """A condition on the columns of DAY_COLUMNS, by which only the days' files are read."""
    months: dict[tuple[int, int], list[int]] = defaultdict(list)
    for day in days:
        months[day.year, day.month].append(day.day)
    each = (
        f'("year" = {year} AND "month" = {month} AND "day" IN ({", ".join(map(str, found))}))'
        for (year, month), found in months.items()
    )
    return f"({' OR '.join(each)})"


def flagged(rules: Sequence[Rule], columns: Sequence[str], days: Sequence[date], snapshot_id: int | None) -> str:
    """A query of the days' rows, some columns, and those of DAY_COLUMNS, with `reasons`: see predicate.reasons."""
    rows = numbered(rules, (*DAY_COLUMNS, *columns), rows_of(days, snapshot_id), DAY_COLUMNS)
    return f"SELECT *, {reasons(rules)} AS {quoted('reasons')} FROM ({rows}) AS numbered"


def equal(left: str, right: str, columns: Sequence[str]) -> str:
    """A condition: rows of two relations are the same in these columns."""
    return " AND ".join(f"{left}.{quoted(name)} = {right}.{quoted(name)}" for name in columns)


def failing_query(rules: Sequence[Rule], day: date, count: int) -> str:
    """Some rows of a day, as they are now, that break a rule: for people to begin with."""
    rows = flagged(rules, ("partition", "offset", "order_id"), [day], None)
    return (
        f'SELECT "partition", "offset", reasons, order_id FROM ({rows}) AS flagged WHERE reasons <> \'\' '
        f"ORDER BY 1, 2 LIMIT {count}"
    )


def generations(checked: Sequence[Checked]) -> str:
    """The days and their generations as a relation of DAY_COLUMNS, `date` and `generation`."""
    each = (f"({d.year}, {d.month}, {d.day}, DATE '{d}', {one.generation.number})"
            for one in checked for d in (one.generation.day,))  # fmt: skip
    return f'(VALUES {", ".join(each)}) AS days ("year", "month", "day", "date", "generation")'
