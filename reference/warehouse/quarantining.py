"""Rows that break a rule into quarantine, each with all its reasons and its original payload, by one MERGE.

The key is (topic id, partition, offset, stage, generation). However often it runs, and with whatever rules it ran
before, quarantine then has exactly the failing rows of those generations.
"""

from collections.abc import Sequence
from typing import Final

from reference.lake.columns import COORDINATES, DAY_COLUMNS, QUARANTINE
from reference.quality.predicate import SEPARATOR, literal, quoted
from reference.quality.rules import Rule
from reference.warehouse.day import Checked, Generation, equal, flagged, generations, is_day

STAGE: Final = "quality"
TABLE: Final = '"quarantine"."orders"'

_KEY: Final = ("topic_id", "partition", "offset")
_OF_SILVER: Final = (*(field.name for field in COORDINATES if field.name not in _KEY), "replay_id")
_OF_BRONZE: Final = ("crc32c", "key", "payload")


def quarantine_statement(rules: Sequence[Rule], checked: Sequence[Checked]) -> str:
    """The MERGE for days that were all looked at in the same snapshot."""
    days, snapshot_id = [one.generation.day for one in checked], checked[0].snapshot_id
    key, day = _list(_KEY), _list(DAY_COLUMNS)
    failing = (
        f"SELECT {key}, {day}, {_list(_OF_SILVER)}, reasons "
        f"FROM ({flagged(rules, (*_KEY, *_OF_SILVER), days, snapshot_id)}) AS flagged WHERE reasons <> ''"
    )
    present = (
        f"SELECT {key}, {day}, {', '.join(_null(name) for name in _OF_SILVER)}, CAST(NULL AS varchar) AS reasons, "
        f"generation FROM {TABLE} WHERE stage = {literal(STAGE)} AND {is_day(days)}"
    )
    either = (
        f"SELECT failing.*, days.generation FROM ({failing}) AS failing "
        f"JOIN {generations(checked)} ON {equal('failing', 'days', DAY_COLUMNS)} "
        f"UNION ALL SELECT present.* FROM ({present}) AS present JOIN {generations(checked)} "
        f"ON {equal('present', 'days', DAY_COLUMNS)} AND present.generation = days.generation"
    )
    merged = ", ".join(f"max({quoted(name)}) AS {quoted(name)}" for name in (*_OF_SILVER, "reasons"))
    wanted = f"SELECT {key}, {day}, generation, {merged} FROM ({either}) AS either GROUP BY {key}, {day}, generation"
    source = (
        f"SELECT wanted.*, {', '.join(f'bronze.{quoted(name)}' for name in _OF_BRONZE)} FROM ({wanted}) AS wanted "
        f'LEFT JOIN "bronze"."orders" AS bronze ON {equal("wanted", "bronze", _KEY)}{_received(checked)}'
    )
    names = [field.name for field in QUARANTINE]
    given = {"stage": literal(STAGE), "reasons": f"split(s.reasons, {literal(SEPARATOR)})"}
    values = ", ".join(given.get(name, f"s.{quoted(name)}") for name in names)
    return (
        f"MERGE INTO {TABLE} AS t USING ({source}) AS s ON t.stage = {literal(STAGE)} "
        f"AND t.generation = s.generation AND {equal('t', 's', _KEY)} "
        "WHEN MATCHED AND s.reasons IS NULL THEN DELETE "
        f"WHEN MATCHED AND array_join(t.reasons, {literal(SEPARATOR)}) <> s.reasons "
        f"THEN UPDATE SET reasons = {given['reasons']} "
        f"WHEN NOT MATCHED THEN INSERT ({_list(names)}) VALUES ({values})"
    )


def quarantined_query(generation: Generation, count: int) -> str:
    """Some rows that were quarantined of a day, with their reasons and payloads: for people to begin with."""
    return (
        f'SELECT "partition", "offset", array_join(reasons, \', \') AS reasons, from_utf8(payload) AS payload '
        f"FROM {TABLE} WHERE stage = {literal(STAGE)} AND generation = {generation.number} "
        f"AND {is_day([generation.day])} ORDER BY 1, 2 LIMIT {count}"
    )


def _received(checked: Sequence[Checked]) -> str:
    """Bronze lies by day of receipt: between the first and the last of these is all there is to read of it."""
    times = [one.received_ns for one in checked if one.received_ns is not None]
    if not times:
        return " AND false"
    return f" AND bronze.received_ns BETWEEN {min(t[0] for t in times)} AND {max(t[1] for t in times)}"


def _null(name: str) -> str:
    kind = "varchar" if name in ("producer", "schema_version", "replay_id") else "bigint"
    return f"CAST(NULL AS {kind}) AS {quoted(name)}"


def _list(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))
