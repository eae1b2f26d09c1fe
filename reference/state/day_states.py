"""How far each day is on its way to gold: the table `days`, see migrations/versions/0004_days.sql."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from reference.state.transaction import transaction

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import psycopg


@dataclass(frozen=True)
class DayState:
    """A row of the table.

    Attributes:
        judged_by: a hash of the rules, and of the share above which a day is held.
    """

    day: date
    generation: int
    snapshot_id: int
    rows: int
    failing: int
    by_rule: Mapping[str, int]
    ends: Mapping[int, int]
    route: str
    judged_by: str
    checked_ns: int
    gold_ns: int | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is to be done for it: it is in gold, or held."""
        return self.gold_ns is not None or self.route == "held"


class DayStates:
    """The states in the database that `conninfo` (libpq's) names. Each method raises StateUnreachable if it does not
    answer."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    def checked(self, states: Sequence[DayState]) -> list[bool]:
        """Enter what checks have found; for each, whether it was entered.

        It is not if another check of the same generation had other rules or found other rows: what that one has set
        going may end later. One that had and found the same takes its place; a day that was in gold stays there.
        """
        statement = """
            INSERT INTO days (day, generation, snapshot_id, rows, failing, by_rule, ends, route, judged_by, checked_ns)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (day, generation) DO UPDATE SET snapshot_id = excluded.snapshot_id, ends = excluded.ends,
                checked_ns = excluded.checked_ns
            WHERE (days.rows, days.failing, days.by_rule, days.judged_by)
                = (excluded.rows, excluded.failing, excluded.by_rule, excluded.judged_by)
        """
        with self._connection() as connection:
            return [connection.execute(statement, _values(state)).rowcount == 1 for state in states]

    def in_gold(self, generations: Sequence[tuple[date, int]], gold_ns: int) -> None:
        """Enter that days are in gold; of those that were already, the first time stays.

        A held day is not, and neither is one of which a newer generation went on: gold leaves that as it is.
        """
        with self._connection() as connection:
            connection.cursor().executemany(
                "UPDATE days SET gold_ns = coalesce(gold_ns, %s) "
                "WHERE day = %s AND generation = %s AND route <> 'held' AND NOT EXISTS (SELECT FROM days AS newer "
                "WHERE newer.day = days.day AND newer.generation > days.generation AND newer.route <> 'held')",
                [(gold_ns, day, generation) for day, generation in generations],
            )

    def all(self) -> list[DayState]:
        """Every state, by day and generation."""
        query = """
            SELECT day, generation, snapshot_id, rows, failing, by_rule, ends, route, judged_by, checked_ns,
                gold_ns
            FROM days ORDER BY day, generation
        """
        with self._connection() as connection:
            return [_state(row) for row in connection.execute(query).fetchall()]

    def _connection(self) -> "AbstractContextManager[psycopg.Connection]":
        return transaction(self._conninfo)


def _values(state: DayState) -> Sequence[Any]:
    by_rule = json.dumps(dict(state.by_rule))
    ends = json.dumps({str(partition): end for partition, end in state.ends.items()})
    found = (state.day, state.generation, state.snapshot_id, state.rows, state.failing, by_rule, ends)
    return (*found, state.route, state.judged_by, state.checked_ns)


def _state(row: Any) -> DayState:
    day, generation, snapshot_id, rows, failing, by_rule, ends, route, judged_by, checked_ns, gold_ns = row
    by_partition = {int(partition): int(end) for partition, end in ends.items()}
    return DayState(
        day, generation, snapshot_id, rows, failing, by_rule, by_partition, route, judged_by, checked_ns, gold_ns
    )
