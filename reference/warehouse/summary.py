"""What the rules say of days: one query over silver, and its rows as figures."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from reference.lake.columns import DAY_COLUMNS
from reference.quality.predicate import breaks, quoted
from reference.quality.rules import Rule
from reference.warehouse.athena import Athena, Row
from reference.warehouse.day import Checked, Generation, flagged

_COLUMNS: Final = ("topic_id", "partition", "offset", "received_ns")


def summarize(
    athena: Athena, rules: Sequence[Rule], generations: Sequence[Generation], snapshot_id: int
) -> list[Checked]:
    """What the rules say of these days, each of which is there once; of one without rows that it has none.

    Raises:
        StatementFailed: see Athena.run.
    """
    rows: dict[date, list[Row]] = defaultdict(list)
    for row in athena.rows(summary_query(rules, [one.day for one in generations], snapshot_id)):
        year, month, day = (int(value or 0) for value in row[:3])
        rows[date(year, month, day)].append(row[3:])
    return [_checked(one, snapshot_id, rules, rows[one.day]) for one in generations]


def summary_query(rules: Sequence[Rule], days: Sequence[date], snapshot_id: int) -> str:
    """A row for each day and partition: its day, partition, rows, failing rows, last offset, first and last time of
    receipt of failing rows, and the rows that break each rule."""
    group = ", ".join(map(quoted, (*DAY_COLUMNS, "partition")))
    fails = "reasons <> ''"
    by_rule = "".join(f", count_if({breaks(rule)})" for rule in rules)
    return (
        f'SELECT {group}, count(*), count_if({fails}), max("offset"), '
        f'min("received_ns") FILTER (WHERE {fails}), max("received_ns") FILTER (WHERE {fails}){by_rule} '
        f"FROM ({flagged(rules, _COLUMNS, days, snapshot_id)}) AS flagged GROUP BY {group}"
    )


def _checked(generation: Generation, snapshot_id: int, rules: Sequence[Rule], rows: Sequence[Row]) -> Checked:
    numbers = [[None if value is None else int(value) for value in row] for row in rows]
    firsts, lasts = ([n for row in numbers if (n := row[place]) is not None] for place in (4, 5))
    return Checked(
        generation=generation,
        snapshot_id=snapshot_id,
        rows=sum(row[1] or 0 for row in numbers),
        failing=sum(row[2] or 0 for row in numbers),
        by_rule={rule.name: sum(row[place] or 0 for row in numbers) for place, rule in enumerate(rules, 6)},
        ends={row[0] or 0: (row[3] or 0) + 1 for row in numbers},
        received_ns=(min(firsts), max(lasts)) if firsts else None,
    )
