"""The function sequence: numbers, dates and times, step by step."""

from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, fail
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, fitting
from scenarios.targets.embedded.athena.sql.types import BIGINT, DATE, DAY_TO_SECOND, YEAR_TO_MONTH, array

_MOST: Final = 10_000
"""Elements that sequence gives at most."""


def _sequence(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) in (2, 3) and all(value.type.is_integer for value in arguments):
        values = fitting(arguments, [BIGINT] * len(arguments)) or []
        start, stop, *steps = (value.sql for value in values)
        step = steps[0] if steps else f"(CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END)"
        return Bound(array(BIGINT), _stepped(start, stop, step, f"range({start}, {stop} + sign({step}), {step})"))
    if len(arguments) not in (2, 3) or arguments[0].type != arguments[1].type:
        return None
    return _of_times(arguments)


def _stepped(start: str, stop: str, step: str, made: str) -> str:
    zero = fail("INVALID_FUNCTION_ARGUMENT", "step must not be zero")
    wrong = fail(
        "INVALID_FUNCTION_ARGUMENT",
        "sequence stop value should be greater than or equal to start value if step is greater than zero "
        "otherwise stop should be less than or equal to start",
    )
    many = fail("INVALID_FUNCTION_ARGUMENT", "result of sequence function must not have more than 10000 entries")
    kind = "BIGINT[]"
    return (
        f"(CASE WHEN {start} IS NULL OR {stop} IS NULL OR {step} IS NULL THEN NULL "
        f"WHEN {step} = 0 THEN CAST(CAST({zero} AS VARCHAR) AS {kind}) "
        f"WHEN ({step} > 0 AND {start} > {stop}) OR ({step} < 0 AND {start} < {stop}) "
        f"THEN CAST(CAST({wrong} AS VARCHAR) AS {kind}) "
        f"WHEN ({stop} - {start}) // {step} >= {_MOST} THEN CAST(CAST({many} AS VARCHAR) AS {kind}) "
        f"ELSE {made} END)"
    )


def _of_times(arguments: Sequence[Bound]) -> Bound | None:
    start, stop = arguments[:2]
    kind = start.type
    if kind.kind not in ("date", "timestamp"):
        return None
    if len(arguments) == 3 and arguments[2].type == YEAR_TO_MONTH:
        months = arguments[2].sql
        count = f"(date_sub('month', {start.sql}, {stop.sql}) // {months})"
        wrong = fail("INVALID_FUNCTION_ARGUMENT", "sequence of months from its end to its beginning, or of none")
        moved = f"CAST({start.sql} + to_months(CAST(n * {months} AS INTEGER)) AS {kind.duckdb})"
        each = f"list_transform(range(0, {count} + 1), lambda n: {moved})"
        test = f"{months} = 0 OR ({stop.sql} - {start.sql} < {stop.sql} - {stop.sql}) <> ({months} < 0)"
        made = f"(CASE WHEN {test} THEN CAST(CAST({wrong} AS VARCHAR) AS {kind.duckdb}[]) ELSE {each} END)"
        return Bound(array(kind), f"(CASE WHEN {start.sql} IS NULL OR {stop.sql} IS NULL THEN NULL ELSE {made} END)")
    ends = [f"(epoch_us(CAST({value.sql} AS TIMESTAMP)) // 1000)" for value in (start, stop)]
    if len(arguments) == 3 and arguments[2].type != DAY_TO_SECOND:
        return None
    if len(arguments) == 2 and kind != DATE:
        return None
    default = f"(CASE WHEN {start.sql} <= {stop.sql} THEN 86400000 ELSE -86400000 END)"
    step = arguments[2].sql if len(arguments) == 3 else default
    if kind != DATE and kind.numbers[0] > 3:
        raise not_supported(f"a sequence of {kind}")
    if kind == DATE and len(arguments) == 3:
        wrong = fail(
            "INVALID_FUNCTION_ARGUMENT", "sequence step must be a day interval if start and end values are dates"
        )
        step = f"(CASE WHEN {step} % 86400000 <> 0 THEN {wrong} ELSE {step} END)"
    numbers = _stepped(ends[0], ends[1], step, f"range({ends[0]}, {ends[1]} + sign({step}), {step})")
    each = f"list_transform({numbers}, lambda n: CAST(make_timestamp(n * 1000) AS {kind.duckdb}))"
    return Bound(array(kind), each)


SEQUENCES: Final[Functions] = {
    "sequence": [_sequence],
}
