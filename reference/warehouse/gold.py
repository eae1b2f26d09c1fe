"""Gold's `daily_regional_sales`: the clean rows of days, added up by state, by one MERGE.

A second run changes nothing. A statement of an older generation that comes late, because whoever waited for it gave
up, changes nothing either: gold says of which generation a day is, and quarantine of which it is too, should no row of
the day be clean.
"""

from collections.abc import Sequence
from typing import Final

from reference.lake.columns import DAY_COLUMNS
from reference.quality.predicate import literal, quoted
from reference.quality.rules import Rule
from reference.warehouse.day import Checked, equal, flagged, generations, is_day
from reference.warehouse.quarantining import STAGE
from reference.warehouse.quarantining import TABLE as QUARANTINED

TABLE: Final = '"gold"."daily_regional_sales"'

_SUMS: Final = ("orders", "revenue", "freight")
_MONEY: Final = "decimal(18, 2)"


def gold_statement(rules: Sequence[Rule], checked: Sequence[Checked]) -> str:
    """The MERGE for days that were all looked at in the same snapshot."""
    source = (
        f"SELECT wanted.* FROM ({_wanted(rules, checked)}) AS wanted "
        f'LEFT JOIN ({_newest(checked)}) AS newest ON wanted."day" = newest."day" '
        "WHERE newest.generation IS NULL OR newest.generation <= wanted.generation"
    )
    names = ("day", "customer_state", *_SUMS, "generation")
    differs = " OR ".join(f"t.{name} IS DISTINCT FROM s.{name}" for name in (*_SUMS, "generation"))
    changes = ", ".join(f"{name} = s.{name}" for name in (*_SUMS, "generation"))
    return (
        f'MERGE INTO {TABLE} AS t USING ({source}) AS s ON t."day" = s."day" '
        "AND t.customer_state IS NOT DISTINCT FROM s.customer_state "
        "WHEN MATCHED AND s.orders IS NULL THEN DELETE "
        f"WHEN MATCHED AND ({differs}) THEN UPDATE SET {changes} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(map(quoted, names))}) "
        f"VALUES ({', '.join(f's.{quoted(name)}' for name in names)})"
    )


def _wanted(rules: Sequence[Rule], checked: Sequence[Checked]) -> str:
    """What gold is to have of the days; NULL for the sums of a state that it has and is to have no more."""
    days, snapshot_id = [one.generation.day for one in checked], checked[0].snapshot_id
    sums = (
        'SELECT days."date" AS "day", customer_state, days.generation, count(*) AS orders, '
        f"CAST(sum(price) AS {_MONEY}) AS revenue, CAST(sum(freight_value) AS {_MONEY}) AS freight "
        f"FROM ({flagged(rules, ('customer_state', 'price', 'freight_value'), days, snapshot_id)}) AS clean "
        f"JOIN {generations(checked)} ON {equal('clean', 'days', DAY_COLUMNS)} WHERE clean.reasons = '' "
        'GROUP BY days."date", customer_state, days.generation'
    )
    present = (
        f'SELECT gold."day", gold.customer_state, days.generation, CAST(NULL AS bigint) AS orders, '
        f"CAST(NULL AS {_MONEY}) AS revenue, CAST(NULL AS {_MONEY}) AS freight "
        f'FROM {TABLE} AS gold JOIN {generations(checked)} ON gold."day" = days."date"'
    )
    merged = ", ".join(f"max({name}) AS {name}" for name in _SUMS)
    return (
        f'SELECT "day", customer_state, generation, {merged} FROM ({sums} UNION ALL {present}) AS either '
        'GROUP BY "day", customer_state, generation'
    )


def _newest(checked: Sequence[Checked]) -> str:
    """Day → the newest generation that gold or quarantine has of it."""
    quarantined = (
        f"SELECT {', '.join(map(quoted, DAY_COLUMNS))}, generation FROM {QUARANTINED} "
        f"WHERE stage = {literal(STAGE)} AND {is_day([one.generation.day for one in checked])}"
    )
    set_aside = (
        f'SELECT days."date" AS "day", quarantined.generation FROM ({quarantined}) AS quarantined '
        f"JOIN {generations(checked)} ON {equal('quarantined', 'days', DAY_COLUMNS)}"
    )
    return (
        'SELECT "day", max(generation) AS generation '
        f'FROM (SELECT "day", generation FROM {TABLE} UNION ALL {set_aside}) AS known GROUP BY "day"'
    )
