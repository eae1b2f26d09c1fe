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
    """A row of the table."""

    day: date
    generation: int
    snapshot_id: int
    rows: int
    failing: int
    by_rule: Mapping[str, int]
    ends: Mapping[int, int]
    route: str
    checked_ns: int
    gold_ns: int | None = None


class DayStates:
    """The states in the database that `conninfo` (libpq's) names. Each method raises StateUnreachable if it does not
    answer."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    def checked(self, states: Sequence[DayState]) -> None:
        """Enter what checks have found; in the place of what an earlier check of the same generation has.

        A day that was in gold stays there only if the check found the same: else gold has yet to follow.
        """
        statement = """
            INSERT INTO days (day, generation, snapshot_id, rows, failing, by_rule, ends, route, checked_ns)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (day, generation) DO UPDATE SET snapshot_id = excluded.snapshot_id, rows = excluded.rows,
                failing = excluded.failing, by_rule = excluded.by_rule, ends = excluded.ends, route = excluded.route,
                checked_ns = excluded.checked_ns,
                gold_ns = CASE WHEN (days.rows, days.by_rule, days.route)
                    = (excluded.rows, excluded.by_rule, excluded.route) THEN days.gold_ns END
        """
        rows = [
            (s.day, s.generation, s.snapshot_id, s.rows, s.failing, json.dumps(dict(s.by_rule)),
             json.dumps({str(p): end for p, end in s.ends.items()}), s.route, s.checked_ns)
            for s in states
        ]  # fmt: skip
        with self._connection() as connection:
            connection.cursor().executemany(statement, rows)

    def in_gold(self, generations: Sequence[tuple[date, int]], gold_ns: int) -> None:
        """Enter that days are in gold; of those that were already, the first time stays. A held day is not."""
        with self._connection() as connection:
            connection.cursor().executemany(
                "UPDATE days SET gold_ns = coalesce(gold_ns, %s) "
                "WHERE day = %s AND generation = %s AND route <> 'held'",
                [(gold_ns, day, generation) for day, generation in generations],
            )

    def all(self) -> list[DayState]:
        """Every state, by day and generation."""
        query = """
            SELECT day, generation, snapshot_id, rows, failing, by_rule, ends, route, checked_ns, gold_ns
            FROM days ORDER BY day, generation
        """
        with self._connection() as connection:
            return [_state(row) for row in connection.execute(query).fetchall()]

    def _connection(self) -> "AbstractContextManager[psycopg.Connection]":
        return transaction(self._conninfo)


def _state(row: Any) -> DayState:
    day, generation, snapshot_id, rows, failing, by_rule, ends, route, checked_ns, gold_ns = row
    by_partition = {int(partition): int(end) for partition, end in ends.items()}
    return DayState(day, generation, snapshot_id, rows, failing, by_rule, by_partition, route, checked_ns, gold_ns)
