"""Numbers, texts, times and the like as they stand in a statement."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final
from uuid import UUID

from scenarios.targets.embedded.athena.sql.bound import Bound, text
from scenarios.targets.embedded.athena.sql.casts import numbers, times
from scenarios.targets.embedded.athena.sql.casts.casting import cast
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.json.texts import dumped, loaded
from scenarios.targets.embedded.athena.sql.scripts import Failed
from scenarios.targets.embedded.athena.sql.times import zones
from scenarios.targets.embedded.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    DAY_TO_SECOND,
    DOUBLE,
    INTEGER,
    JSON,
    MOST_DIGITS,
    MOST_OF_SECONDS,
    VARBINARY,
    YEAR_TO_MONTH,
    Type,
    decimal,
    timestamp,
    varchar,
    zoned,
)

_DECIMAL: Final = re.compile(r"[+-]?(\d*)(?:\.(\d*))?")
_SECONDS: Final = re.compile(r":\d+\.(\d+)")
_ESCAPED: Final = re.compile(r"\\([0-9a-fA-F]{4})|\\\+([0-9a-fA-F]{6})")
_MOST_OF_UNIT: Final = 2**31 - 1
_MONTHS: Final = {"YEAR": 12, "MONTH": 1}
_MILLISECONDS: Final = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1000}


def number(written: str) -> Bound:
    """A whole number, a decimal (`1.50` is a decimal(3,2)), or a double (`1.5e0`).

    Raises:
        SqlError: it is too large.
    """
    if "e" in written.lower():
        return Bound(DOUBLE, f"CAST({text(written)} AS DOUBLE)")
    if "." in written:
        return decimal_of(written)
    value = int(written)
    if not BIGINT.least <= value < -BIGINT.least:
        raise SqlError("SYNTAX_ERROR", f"Invalid numeric literal: {written}")
    kind = INTEGER if INTEGER.least <= value < -INTEGER.least else BIGINT
    return Bound(kind, f"CAST({value} AS {kind.duckdb})")


def decimal_of(written: str) -> Bound:
    """A decimal of as many digits as were written; zeros at the very front do not count.

    Raises:
        SqlError: it is none, or has too many.
    """
    found = _DECIMAL.fullmatch(written.strip())
    if found is None or not (found[1] or found[2]):
        raise _invalid(written, "DECIMAL")
    whole, fraction = found[1].lstrip("0"), found[2] or ""
    precision = max(len(whole) + len(fraction), 1)
    if precision > MOST_DIGITS:
        raise _invalid(written, "DECIMAL")
    kind = decimal(precision, len(fraction))
    return Bound(kind, f"CAST({text(f'{Decimal(written.strip()):f}')} AS {kind.duckdb})")


def string(value: str) -> Bound:
    """A text, whose type has its length in characters."""
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise not_supported("a text with a zero, or half a character, in it")
    return Bound(varchar(len(value)), text(value))


def unicode_string(written: str) -> Bound:
    r"""A text with letters by their numbers: `\\00e9`, or `\\+01f600`.

    Raises:
        SqlError: one is none.
    """
    found = _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), written)
    if "\\" in _ESCAPED.sub("", written):
        raise SqlError("SYNTAX_ERROR", f"U&'{written}' is no text")
    return string(found)


def binary(digits: str) -> Bound:
    """Bytes written in hexadecimal.

    Raises:
        SqlError: they are not.
    """
    try:
        value = bytes.fromhex(digits)
    except ValueError:
        raise SqlError("SYNTAX_ERROR", f"X'{digits}' is no binary literal") from None
    return Bound(VARBINARY, f"unhex({text(value.hex())})")


def boolean(value: bool) -> Bound:
    """TRUE or FALSE."""
    return Bound(BOOLEAN, "TRUE" if value else "FALSE")


def typed(written: str, to: Type) -> Bound:
    """A text that is a value of a type, such as `date '2018-05-24'`; times have as many digits as were written.

    Raises:
        SqlError: it is none.
    """
    if to.kind == "decimal":
        return decimal_of(written)
    if to.kind.startswith("timestamp"):
        return _timestamp(written)
    if to.kind == "time":
        to = Type("time", (_digits(written),))
    if to.kind == "char":
        to = Type("char", (len(written),))
    if to.kind == "json":
        return _json(written)
    if to.kind == "varbinary":
        return binary(written.encode().hex())
    if to.kind not in _CHECKED:
        raise not_supported(f"{to} '{written}'")
    try:
        _CHECKED[to.kind](written, to)
    except (ValueError, Failed):
        raise _invalid(written, to.kind.upper()) from None
    return cast(string(written), to)


def _json(written: str) -> Bound:
    try:
        return Bound(JSON, text(dumped(loaded(written), in_order=True)))
    except ValueError:
        raise _invalid(written, "JSON") from None
    except Failed as refused:
        raise not_supported(f"json '{written}'") from refused


def _check_integer(written: str, to: Type) -> None:
    if not to.least <= int(written) < -to.least:
        raise ValueError(f"{written} is no {to}")


def _check_boolean(written: str, _to: Type) -> None:
    if written.lower() not in numbers.WORDS:
        raise ValueError(f"{written} is no boolean")


def _check_date(written: str, _to: Type) -> None:
    if written.strip()[:1] in ("-", "+"):
        raise not_supported(f"date '{written}'")
    times.parse_date(written)


_CHECKED: Final[dict[str, Callable[[str, Type], object]]] = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), _check_integer),
    **dict.fromkeys(("real", "double"), lambda written, to: numbers.parse_float(written, to.kind)),
    **dict.fromkeys(("varchar", "char"), lambda _written, _to: None),
    "boolean": _check_boolean,
    "date": _check_date,
    "time": lambda written, to: times.parse_time(written, to.numbers[0]),
    "uuid": lambda written, _to: UUID(written),
}
"""What is known at once to be no value of a type is an error in the statement, not in a row."""


def _digits(written: str) -> int:
    found = _SECONDS.search(written)
    digits = len(found[1]) if found else 0
    if digits > MOST_OF_SECONDS:
        raise not_supported(f"a time of {digits} digits of a second")
    return digits


def _timestamp(written: str) -> Bound:
    digits = _digits(written)
    try:
        local, zone = times.parse_timestamp(written, digits)
        if zone is None:
            return Bound(timestamp(digits), f"CAST({text(str(local))} AS TIMESTAMP)")
        name = zones.named(zone)
        if zones.is_skipped(local, name):
            raise _invalid(written, "TIMESTAMP")
        utc = zones.to_utc(local, name)
    except ValueError:
        raise _invalid(written, "TIMESTAMP") from None
    except Failed as error:
        raise not_supported(f"timestamp '{written}'") from error
    kind = zoned(digits)
    packed = f"struct_pack(utc := CAST({text(str(utc))} AS TIMESTAMP), zone := {text(name)})"
    return Bound(kind, f"CAST({packed} AS {kind.duckdb})")


def interval(written: str, first: str, last: str | None) -> Bound:
    """A length of time in a unit, such as `interval '90' minute`, or in several.

    Raises:
        SqlError: it is none.
    """
    sign = -1 if written.startswith("-") else 1
    digits = written.lstrip("+-")
    if first in _MONTHS and last in (None, *_MONTHS):
        parts, of, kind = _parts(digits, first, last, list(_MONTHS), "-"), _MONTHS, YEAR_TO_MONTH
    elif first in _MILLISECONDS and last in (None, *_MILLISECONDS):
        parts, of, kind = _parts(digits, first, last, list(_MILLISECONDS), "[ :]"), _MILLISECONDS, DAY_TO_SECOND
    else:
        raise not_supported(f"an interval of {first}{f' TO {last}' if last else ''}")
    total = sum(part * of[unit] for unit, part in parts.items())
    return Bound(kind, f"CAST({sign * int(total)} AS {kind.duckdb})")


def _parts(digits: str, first: str, last: str | None, units: list[str], between: str) -> dict[str, Decimal]:
    named = units[units.index(first) : units.index(last or first) + 1]
    values = re.split(between, digits)
    if not 1 <= len(values) <= len(named) or not all(re.fullmatch(r"\d+(\.\d{1,3})?", value) for value in values):
        raise _invalid(digits, "INTERVAL")
    if any("." in value for unit, value in zip(named, values, strict=False) if unit != "SECOND"):
        raise _invalid(digits, "INTERVAL")
    if any(Decimal(value) > _MOST_OF_UNIT for value in values):
        raise _invalid(digits, "INTERVAL")
    return dict(zip(named, map(Decimal, values), strict=False))


def _invalid(written: str, kind: str) -> SqlError:
    return SqlError("INVALID_LITERAL", f"'{written}' is not a valid {kind} literal")
