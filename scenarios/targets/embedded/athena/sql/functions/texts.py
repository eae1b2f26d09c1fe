"""Functions of texts. Lengths and positions count characters."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, failing, text
from scenarios.targets.embedded.athena.sql.functions.overloads import (
    Functions,
    Overload,
    fitted,
    fitting,
    plain,
    scripted,
)
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import (
    BIGINT,
    BOOLEAN,
    INTEGER,
    UNKNOWN,
    VARBINARY,
    VARCHAR,
    Type,
    array,
    char,
    mapping,
    varchar,
)

_MOST: Final = 2**31 - 1
"""Characters of the longest varchar that has a length."""
_SPACES: Final = "".join(
    map(
        chr,
        (
            9,
            10,
            11,
            12,
            13,
            28,
            29,
            30,
            31,
            32,
            0x1680,
            *range(0x2000, 0x2007),
            *range(0x2008, 0x200B),
            0x2028,
            0x2029,
            0x205F,
            0x3000,
        ),
    )
)
"""What Java's Character.isWhitespace calls so."""


def concatenated(arguments: Sequence[Bound]) -> Bound | None:
    """Texts, bytes or arrays one after the other; NULL if one is. A char keeps its spaces, and makes a char."""
    kinds = {value.type.kind for value in arguments} - {"unknown"}
    if len(arguments) < 2:
        return None
    if kinds and kinds <= {"char", "varchar"} and "char" in kinds and len(arguments) == 2:
        return _of_chars(arguments)
    if (
        len(arguments) == 2
        and len(kinds) == 1
        and kinds != {"array"}
        and any(value.type == UNKNOWN for value in arguments)
    ):
        # Trino takes NULL for an array beside an element.
        of = array(next(value.type for value in arguments if value.type != UNKNOWN))
        return Bound(of, f"CAST(NULL AS {of.duckdb})")
    if kinds <= {"varchar"}:
        return Bound(VARCHAR, f"({' || '.join(coerced(value, VARCHAR).sql for value in arguments)})")
    if kinds == {"varbinary"}:
        return Bound(VARBINARY, f"({' || '.join(coerced(value, VARBINARY).sql for value in arguments)})")
    return None


def _of_chars(arguments: Sequence[Bound]) -> Bound | None:
    if not all(value.type.numbers for value in arguments):
        return None
    length = sum(value.type.numbers[0] for value in arguments)
    padded = [coerced(value, VARCHAR).sql for value in arguments]
    return Bound(char(length), f"rtrim({' || '.join(padded)}, ' ')")


def _same(template: str) -> Overload:
    """Of one text, and of its type."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if len(arguments) != 1 or arguments[0].type.kind != "varchar":
            return None
        return Bound(arguments[0].type, template.format(arguments[0].sql))

    return call


def like_first(result: Callable[[Type], Type], *types: Type, made: Callable[..., str]) -> Overload:
    """Of a text and further arguments; the result's type is made of the text's own."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if not arguments or arguments[0].type.kind != "varchar":
            return None
        values = fitting(arguments[1:], types)
        if values is None:
            return None
        return Bound(result(arguments[0].type), made(arguments[0].sql, *(value.sql for value in values)))

    return call


def itself(kind: Type) -> Type:
    """The text's own type."""
    return kind


def _replaced_length(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 3 or not all(value.type.kind == "varchar" for value in arguments):
        return None
    value, old, new = arguments
    kind = VARCHAR
    if value.type.numbers and new.type.numbers:
        length, added = value.type.numbers[0], new.type.numbers[0]
        kind = varchar(min(_MOST, length + added * (length + 1)))
    return Bound(kind, _replaced(value.sql, old.sql, new.sql))


def _replaced(value: str, old: str, new: str = "''") -> str:
    return f"(CASE WHEN {old} = '' THEN {_BETWEEN_ALL(value, new)} ELSE replace({value}, {old}, {new}) END)"


def _between_all(value: str, new: str) -> str:
    return new + "".join(letter + new for letter in value)


def _substr(arguments: Sequence[Bound]) -> Bound | None:
    """From a position, which counts from the end if it is negative, and which nothing is at if it is 0."""
    if len(arguments) not in (2, 3) or arguments[0].type.kind != "varchar":
        return None
    numbers = fitting(arguments[1:], [BIGINT] * (len(arguments) - 1))
    if numbers is None:
        return None
    value, start = arguments[0], numbers[0].sql
    first = f"(CASE WHEN {start} < 0 THEN length({value.sql}) + {start} + 1 ELSE {start} END)"
    # DuckDB's greatest() takes no notice of NULL.
    count = (
        f"(CASE WHEN {numbers[1].sql} < 0 THEN 0 ELSE {numbers[1].sql} END)"
        if len(numbers) == 2
        else f"length({value.sql})"
    )
    cut = f"substring({value.sql}, {first}, {count})"
    return Bound(
        value.type, f"(CASE WHEN {cut} IS NULL THEN NULL WHEN {start} = 0 OR {first} < 1 THEN '' ELSE {cut} END)"
    )


def _trimmed(side: str) -> list[Overload]:
    function = {"both": "trim", "left": "ltrim", "right": "rtrim"}[side]

    def all_of(value: str, letters: str) -> str:
        # DuckDB takes no letters to mean all blanks.
        return f"(CASE WHEN {letters} = '' THEN {value} ELSE {function}({value}, {letters}) END)"

    return [
        like_first(itself, made=lambda value: f"{function}({value}, {text(_SPACES)})"),
        like_first(itself, VARCHAR, made=all_of),
    ]


def _padded(function: str) -> Overload:
    def made(values: list[Bound]) -> Bound:
        value, length, by = (bound.sql for bound in values)
        wrong = fail("INVALID_FUNCTION_ARGUMENT", "Padding string must not be empty")
        too_long = fail("INVALID_FUNCTION_ARGUMENT", f"Target length must be in the range [0..{_MOST}]")
        null = f"{value} IS NULL OR {length} IS NULL OR {by} IS NULL"
        return Bound(
            VARCHAR,
            f"(CASE WHEN {null} THEN NULL WHEN {length} NOT BETWEEN 0 AND {_MOST} THEN CAST({too_long} AS VARCHAR) "
            f"WHEN {by} = '' THEN CAST({wrong} AS VARCHAR) "
            f"ELSE {function}({value}, CAST({length} AS INTEGER), {by}) END)",
        )

    return fitted(made, VARCHAR, BIGINT, VARCHAR)


def _split(value: str, delimiter: str, limit: int) -> list[str]:
    if limit <= 0:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Limit must be positive")
    if not delimiter:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "The delimiter may not be the empty string")
    return value.split(delimiter, limit - 1)


def _split_part(value: str, delimiter: str, index: int) -> str | None:
    if index <= 0:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "Index must be greater than zero")
    parts = value.split(delimiter) if delimiter else list(value)
    return parts[index - 1] if index <= len(parts) else None


def _split_to_map(value: str, between: str, within: str) -> dict[str, list[str]]:
    pairs: dict[str, str] = {}
    if not between or not within or between == within:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "entryDelimiter and keyValueDelimiter must not be the same or empty")
    for entry in value.split(between) if value else []:
        if entry.count(within) != 1:
            if not entry:
                continue
            raise Failed(
                "INVALID_FUNCTION_ARGUMENT",
                f"Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'",
            )
        key, _, held = entry.partition(within)
        if key in pairs:
            raise Failed("INVALID_FUNCTION_ARGUMENT", f"Duplicate keys ({key}) are not allowed")
        pairs[key] = held
    return {"key": list(pairs), "value": list(pairs.values())}


def _split_to_multimap(value: str, between: str, within: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for entry in value.split(between) if value else []:
        if entry.count(within) != 1:
            raise Failed(
                "INVALID_FUNCTION_ARGUMENT",
                f"Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'",
            )
        key, _, held = entry.partition(within)
        found.setdefault(key, []).append(held)
    return {"key": list(found), "value": list(found.values())}


def _strpos(value: str, part: str, instance: int) -> int:
    if instance == 0:
        raise Failed("INVALID_FUNCTION_ARGUMENT", "'instance' must be a positive or negative number.")
    if not part:
        return 1
    place = -1 if instance > 0 else len(value)
    for _ in range(abs(instance)):
        place = value.find(part, place + 1) if instance > 0 else value.rfind(part, 0, max(place + len(part) - 1, 0))
        if place < 0:
            return 0
    return place + 1


def _translated(value: str, old: str, new: str) -> str:
    table: dict[int, str] = {}
    for place, letter in enumerate(old):
        table.setdefault(ord(letter), new[place : place + 1])
    return value.translate(table)


def _soundex(value: str) -> str:
    codes = {
        letter: str(n) for n, letters in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1) for letter in letters
    }
    if not value:
        return ""
    if not re.fullmatch("[A-Za-z]*", value):
        raise Failed("NOT_SUPPORTED", f"soundex of {value} is not supported here")
    letters, made = value.upper(), value[0].upper()
    last = codes.get(letters[0], "")
    for letter in letters[1:]:
        code = codes.get(letter, "")
        if code and code != last:
            made += code
        if letter not in "HW":
            last = code
    return made[:4].ljust(4, "0")


def _normalized(value: str, form: str) -> str:
    if form.upper() not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise Failed("INVALID_FUNCTION_ARGUMENT", f"Normalization form must be one of [NFD, NFC, NFKD, NFKC]: {form}")
    made: str = unicodedata.normalize(form.upper(), value)  # type: ignore[arg-type]
    return made


def _codepoint(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1 or arguments[0].type != varchar(1):
        return None
    return Bound(INTEGER, f"unicode({arguments[0].sql})")


def _chr(values: list[Bound]) -> Bound:
    wrong = failing(
        "INVALID_FUNCTION_ARGUMENT", "Not a valid Unicode code point: ", f"CAST({values[0].sql} AS VARCHAR)"
    )
    test = f"{values[0].sql} NOT BETWEEN 0 AND 1114111"
    return Bound(
        varchar(1), f"(CASE WHEN {test} THEN CAST({wrong} AS VARCHAR) ELSE chr(CAST({values[0].sql} AS INTEGER)) END)"
    )


def _concat_ws(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) < 2:
        return None
    between = fitting(arguments[:1], [VARCHAR])
    if between is None:
        return None
    if arguments[1].type.kind == "array":
        lists = fitting(arguments[1:], [array(VARCHAR)])
        if lists is None:
            return None
        joined = f"array_to_string(list_filter({lists[0].sql}, lambda x: x IS NOT NULL), {between[0].sql})"
        return Bound(VARCHAR, f"(CASE WHEN {lists[0].sql} IS NULL THEN NULL ELSE coalesce({joined}, '') END)")
    values = fitting(arguments[1:], [VARCHAR] * (len(arguments) - 1))
    if values is None:
        return None
    return Bound(VARCHAR, f"concat_ws({between[0].sql}, {', '.join(value.sql for value in values)})")


def typeof(arguments: Sequence[Bound]) -> Bound | None:
    """The type's name."""
    return Bound(VARCHAR, text(str(arguments[0].type))) if len(arguments) == 1 else None


def _repeat(arguments: Sequence[Bound]) -> Bound | None:
    counts = fitting(arguments[1:], [BIGINT]) if len(arguments) == 2 else None
    if counts is None:
        return None
    value, count, kind = arguments[0], counts[0].sql, array(arguments[0].type)
    wrong = fail("INVALID_FUNCTION_ARGUMENT", "count argument of repeat function must be greater than or equal to 0")
    many = fail("INVALID_FUNCTION_ARGUMENT", "count argument of repeat function must be less than or equal to 10000")
    checked = f"CASE WHEN {count} < 0 THEN {wrong} WHEN {count} > 10000 THEN {many} ELSE {count} END"
    each = f"list_transform(range({checked}), lambda _r: {value.sql})"
    return Bound(kind, f"(CASE WHEN {count} IS NULL THEN NULL ELSE CAST({each} AS {kind.duckdb}) END)")


def _length(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 1:
        return None
    [value] = arguments
    if value.type.kind == "char":
        return Bound(BIGINT, f"CAST({value.type.numbers[0]} AS BIGINT)") if value.sql else None
    if value.type.kind == "varbinary":
        return Bound(BIGINT, f"octet_length({value.sql})")
    values = fitting(arguments, [VARCHAR])
    return None if values is None else Bound(BIGINT, f"length({values[0].sql})")


def _hamming(left: str, right: str) -> int:
    if len(left) != len(right):
        raise Failed(
            "INVALID_FUNCTION_ARGUMENT", "The input strings to hamming_distance function must have the same length"
        )
    return sum(a != b for a, b in zip(left, right, strict=True))


def _levenshtein(left: str, right: str) -> int:
    """By characters, where DuckDB's own counts bytes."""
    distances = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        before, distances[0] = distances[0], row
        for column, b in enumerate(right, 1):
            cheapest = min(distances[column] + 1, distances[column - 1] + 1, before + (a != b))
            before, distances[column] = distances[column], cheapest
    return distances[-1]


def _upper(value: str) -> str:
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in value)


def _lower(value: str) -> str:
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter.lower()[0] for letter in value)


def _cased(function: str, value: str, script: Script) -> str:
    """Letter by letter, as Trino does: a letter that would become two stays, which DuckDB knows of ASCII alone."""
    return f"(CASE WHEN strlen({value}) = length({value}) THEN {function}({value}) ELSE {script(value)} END)"


_UPPER: Final = Script(_upper, ("VARCHAR",), "VARCHAR")
_LOWER: Final = Script(_lower, ("VARCHAR",), "VARCHAR")
_BETWEEN_ALL: Final = Script(_between_all, ("VARCHAR", "VARCHAR"), "VARCHAR")
_SPLIT: Final = Script(_split, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR[]")
_SPLIT_PART: Final = Script(_split_part, ("VARCHAR", "VARCHAR", "BIGINT"), "VARCHAR")
_SPLIT_TO_MAP: Final = Script(
    _split_to_map, ("VARCHAR", "VARCHAR", "VARCHAR"), "STRUCT(key VARCHAR[], value VARCHAR[])"
)
_SPLIT_TO_MULTIMAP: Final = Script(
    _split_to_multimap, ("VARCHAR", "VARCHAR", "VARCHAR"), "STRUCT(key VARCHAR[], value VARCHAR[][])"
)
_STRPOS: Final = Script(_strpos, ("VARCHAR", "VARCHAR", "BIGINT"), "BIGINT")
_TRANSLATED: Final = Script(_translated, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR")
_SOUNDEX: Final = Script(_soundex, ("VARCHAR",), "VARCHAR")
_NORMALIZED: Final = Script(_normalized, ("VARCHAR", "VARCHAR"), "VARCHAR")
_HAMMING: Final = Script(_hamming, ("VARCHAR", "VARCHAR"), "BIGINT")
_LEVENSHTEIN: Final = Script(_levenshtein, ("VARCHAR", "VARCHAR"), "BIGINT")
SCRIPTS: Final = (
    _HAMMING,
    _LEVENSHTEIN,
    _UPPER,
    _LOWER,
    _BETWEEN_ALL,
    _SPLIT,
    _SPLIT_PART,
    _SPLIT_TO_MAP,
    _SPLIT_TO_MULTIMAP,
    _STRPOS,
    _TRANSLATED,
    _SOUNDEX,
    _NORMALIZED,
)

TEXTS: Final[Functions] = {
    "concat": [concatenated],
    "concat_ws": [_concat_ws],
    "length": [_length],
    "upper": [like_first(itself, made=lambda value: _cased("upper", value, _UPPER))],
    "lower": [like_first(itself, made=lambda value: _cased("lower", value, _LOWER))],
    "reverse": [_same("reverse({0})")],
    "substr": [_substr],
    "substring": [_substr],
    "trim": _trimmed("both"),
    "ltrim": _trimmed("left"),
    "rtrim": _trimmed("right"),
    "lpad": [_padded("lpad")],
    "rpad": [_padded("rpad")],
    "replace": [_replaced_length, like_first(itself, VARCHAR, made=_replaced)],
    "translate": [scripted(VARCHAR, [VARCHAR, VARCHAR, VARCHAR], _TRANSLATED)],
    "strpos": [
        plain(BIGINT, [VARCHAR, VARCHAR], "strpos({0}, {1})"),
        scripted(BIGINT, [VARCHAR, VARCHAR, BIGINT], _STRPOS),
    ],
    "split": [
        like_first(array, VARCHAR, made=lambda value, by: _SPLIT(value, by, str(_MOST))),
        like_first(array, VARCHAR, BIGINT, made=_SPLIT),
    ],
    "split_part": [like_first(itself, VARCHAR, BIGINT, made=_SPLIT_PART)],
    "split_to_map": [
        fitted(
            lambda a: Bound(mapping(VARCHAR, VARCHAR), _pairs(_SPLIT_TO_MAP(*(value.sql for value in a)))),
            *(VARCHAR, VARCHAR, VARCHAR),
        )
    ],
    "split_to_multimap": [
        fitted(
            lambda a: Bound(mapping(VARCHAR, array(VARCHAR)), _pairs(_SPLIT_TO_MULTIMAP(*(v.sql for v in a)))),
            *(VARCHAR, VARCHAR, VARCHAR),
        )
    ],
    "starts_with": [plain(BOOLEAN, [VARCHAR, VARCHAR], "starts_with({0}, {1})")],
    "chr": [fitted(_chr, BIGINT)],
    "codepoint": [_codepoint],
    "repeat": [_repeat],
    "levenshtein_distance": [scripted(BIGINT, [VARCHAR, VARCHAR], _LEVENSHTEIN)],
    "hamming_distance": [scripted(BIGINT, [VARCHAR, VARCHAR], _HAMMING)],
    "soundex": [scripted(varchar(4), [VARCHAR], _SOUNDEX)],
    "normalize": [
        fitted(lambda a: Bound(VARCHAR, _NORMALIZED(a[0].sql, text("NFC"))), VARCHAR),
        scripted(VARCHAR, [VARCHAR, VARCHAR], _NORMALIZED),
    ],
    "typeof": [typeof],
}


def _pairs(packed: str) -> str:
    return f"(CASE WHEN {packed} IS NULL THEN NULL ELSE map({packed}.key, {packed}.value) END)"
