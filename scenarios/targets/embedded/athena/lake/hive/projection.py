"""Partition projection: partitions that a table's properties tell, instead of the catalog.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any, Final

from pyiceberg.expressions import BooleanExpression

from scenarios.targets.embedded.athena.lake.conditions.extent import Extent, extent_of
from scenarios.targets.embedded.athena.lake.hive.projected_dates import dates
from scenarios.targets.embedded.athena.lake.paths import as_folder
from scenarios.targets.embedded.athena.sql.errors import SqlError

MOST_PARTITIONS: Final = 1_000_000
"""Of a query here; beyond that it is refused."""

_Settings = Mapping[str, str]
_Clock = Callable[[], datetime]


def is_projected(parameters: Mapping[str, str]) -> bool:
    """Whether a table's partitions are told by its properties."""
    return parameters.get("projection.enabled", "").strip().lower() == "true"


def project(
    parameters: Mapping[str, str],
    columns: Sequence[str],
    location: str,
    where: BooleanExpression,
    keeps: Callable[[str, str], bool],
    now: _Clock,
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The folder of each partition that `where` leaves, and its columns' values as texts.

    Args:
        parameters: the table's properties.
        columns: of its partitions, in order.
        location: the table's.
        keeps: whether a column may have a value, as a text.
        now: the time in UTC.

    Raises:
        SqlError: INVALID_TABLE_PROPERTY, a property makes no sense; CONSTRAINT_VIOLATION, an injected column is not
            compared with values.
    """
    values = [
        [text for text in _values(parameters, column, extent_of(where, column), now) if keeps(column, text)]
        for column in columns
    ]
    template = parameters.get("storage.location.template")
    for count, parts in enumerate(product(*values)):
        if count == MOST_PARTITIONS:
            raise _too_many()
        yield _folder(template, location, columns, parts), parts


def _values(parameters: Mapping[str, str], column: str, extent: Extent, now: _Clock) -> list[str]:
    start = f"projection.{column}."
    said = {key.removeprefix(start).lower(): value for key, value in parameters.items() if key.startswith(start)}
    kind = said.get("type", "").strip().lower()
    if kind not in _KINDS:
        raise invalid(f"projection.{column}.type is {said.get('type')!r}, allowed are {', '.join(_KINDS)}")
    return _KINDS[kind](said, column, extent, now)


def _enum(said: _Settings, column: str, _extent: Extent, _now: _Clock) -> list[str]:
    if "values" not in said:
        raise invalid(f"projection.{column}.values is missing")
    return said["values"].split(",")


def _integer(said: _Settings, column: str, extent: Extent, _now: _Clock) -> list[str]:
    try:
        first, last = (int(bound) for bound in said["range"].split(","))
        step, digits = int(said.get("interval", "1")), int(said.get("digits", "0"))
    except (KeyError, ValueError) as error:
        raise invalid(f"projection.{column} needs a range of two integers, and an interval of one: {error}") from error
    if step < 1:
        raise invalid(f"projection.{column}.interval is {step}")
    if extent.named is not None:
        numbers = {number for number in map(_number, extent.named) if number is not None}
        kept: Sequence[int] = sorted(
            number for number in numbers if first <= number <= last and (number - first) % step == 0
        )
    else:
        low, high = (_bound(value, digits, last) for value in (extent.low, extent.high))
        begin = first if low is None or low <= first else first + -(-(low - first) // step) * step
        kept = range(begin, min(last, last if high is None else high) + 1, step)
        if len(kept) > MOST_PARTITIONS:
            raise _too_many()
    return [f"{number:0{digits}d}" for number in kept]


def _injected(_said: _Settings, column: str, extent: Extent, _now: _Clock) -> list[str]:
    if extent.named is None:
        raise SqlError(
            "CONSTRAINT_VIOLATION",
            f"For the injected projected partition column {column}, the WHERE clause must contain only static equality "
            "conditions, and at least one such condition must be present.",
        )
    return sorted(map(str, extent.named))


def _too_many() -> SqlError:
    return SqlError("GENERIC_USER_ERROR", f"more than {MOST_PARTITIONS} projected partitions: restrict them")


def _number(value: Any) -> int | None:
    """A whole number that a condition compares with; a column of projected integers may be one of texts."""
    try:
        return None if value is None else int(value)
    except ValueError:
        return None


def _bound(value: Any, digits: int, last: int) -> int | None:
    """A number that none is below, or above; of texts, which have another order, only where all have as many digits."""
    if isinstance(value, str) and not (len(value) == digits == len(str(last)) and value.isdecimal()):
        return None
    return _number(value)


_KINDS: Final[dict[str, Callable[[_Settings, str, Extent, _Clock], list[str]]]] = {
    "enum": _enum,
    "integer": _integer,
    "date": lambda said, column, extent, now: dates(said, column, extent, now()),
    "injected": _injected,
}


def _folder(template: str | None, location: str, columns: Sequence[str], parts: Sequence[str]) -> str:
    if template is None:
        return as_folder(location) + "".join(f"{name}={part}/" for name, part in zip(columns, parts, strict=True))
    for column, part in zip(columns, parts, strict=True):
        template = template.replace(f"${{{column}}}", part)
    return as_folder(template)


def invalid(said: str) -> SqlError:
    """A property that makes no sense."""
    return SqlError("INVALID_TABLE_PROPERTY", said)
