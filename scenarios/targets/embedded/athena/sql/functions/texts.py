"""Functions of texts. Lengths and positions count characters."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from scenarios.targets.embedded.athena.sql.bound import Bound, coerced, fail, failing, text, unless_null
from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.functions.overloads import (
    Functions,
    Overload,
    fitted,
    fitting,
    itself,
    like_first,
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
    array,
    char,
    varchar,
)

MOST: Final = 2**31 - 1
"""Characters of the longest varchar that has a length."""


_BLANKS: Final = (*range(9, 14), *range(28, 33), 0x1680, *range(0x2000, 0x2007), *range(0x2008, 0x200B))
_SPACES: Final = "".join(map(chr, (*_BLANKS, 0x2028, 0x2029, 0x205F, 0x3000)))
"""What Java's Character.isWhitespace calls so."""


def concatenated(arguments: Sequence[Bound]) -> Bound | None:
    """Texts, bytes or arrays one after the other; NULL if one is. A char keeps its spaces, and makes a char."""
    kinds = {value.type.kind for value in arguments} - {"unknown"}
    if len(arguments) < 2:
        return None
    if not kinds:
        raise not_supported("NULL without a type, concatenated")
    if kinds <= {"char", "varchar"} and "char" in kinds and len(arguments) == 2:
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


def _replaced_length(arguments: Sequence[Bound]) -> Bound | None:
    if len(arguments) != 3 or not all(value.type.kind == "varchar" for value in arguments):
        return None
    value, old, new = arguments
    kind = VARCHAR
    if value.type.numbers and new.type.numbers:
        length, added = value.type.numbers[0], new.type.numbers[0]
        kind = varchar(min(MOST, length + added * (length + 1)))
    return Bound(kind, _replaced(value.sql, old.sql, new.sql))


def _replaced(value: str, old: str, new: str = "''") -> str:
    return f"(CASE WHEN {old} = '' THEN {_BETWEEN_ALL(value, new)} ELSE replace({value}, {old}, {new}) END)"


def _between_all(value: str, new: str) -> str:
    return new + "".join(letter + new for letter in value)


def _within(place: str) -> str:
    """A place, or one beyond any text that DuckDB can count to."""
    return f"(CASE WHEN {place} > {MOST} THEN {MOST} WHEN {place} < -{MOST} THEN -{MOST} ELSE {place} END)"


def _substr(arguments: Sequence[Bound]) -> Bound | None:
    """From a position, which counts from the end if it is negative, and which nothing is at if it is 0."""
    if len(arguments) not in (2, 3) or arguments[0].type.kind != "varchar":
        return None
    numbers = fitting(arguments[1:], [BIGINT] * (len(arguments) - 1))
    if numbers is None:
        return None
    value, start = arguments[0], _within(numbers[0].sql)
    first = f"(CASE WHEN {start} < 0 THEN length({value.sql}) + {start} + 1 ELSE {start} END)"
    # DuckDB's greatest() takes no notice of NULL.
    count = (
        f"(CASE WHEN {numbers[1].sql} < 0 THEN 0 ELSE {_within(numbers[1].sql)} END)"
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
        too_long = fail("INVALID_FUNCTION_ARGUMENT", f"Target length must be in the range [0..{MOST}]")
        null = f"{value} IS NULL OR {length} IS NULL OR {by} IS NULL"
        return Bound(
            VARCHAR,
            f"(CASE WHEN {null} THEN NULL WHEN {length} NOT BETWEEN 0 AND {MOST} THEN CAST({too_long} AS VARCHAR) "
            f"WHEN {by} = '' THEN CAST({wrong} AS VARCHAR) "
            f"ELSE {function}({value}, CAST({length} AS INTEGER), {by}) END)",
        )

    return fitted(made, VARCHAR, BIGINT, VARCHAR)


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
    test = f"{values[0].sql} NOT BETWEEN 0 AND 1114111 OR {values[0].sql} BETWEEN 55296 AND 57343"
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
        return Bound(VARCHAR, unless_null(f"coalesce({joined}, '')", between[0].sql, lists[0].sql))
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
        return Bound(BIGINT, unless_null(f"CAST({value.type.numbers[0]} AS BIGINT)", value.sql))
    if value.type.kind == "varbinary":
        return Bound(BIGINT, f"octet_length({value.sql})")
    values = fitting(arguments, [VARCHAR])
    return None if values is None else Bound(BIGINT, f"length({values[0].sql})")


def _upper(value: str) -> str:
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in value)


def _lower(value: str) -> str:
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter.lower()[0] for letter in value)


def _reversed(value: str) -> str:
    return value[::-1]


def _cased(function: str, value: str, script: Script) -> str:
    """Letter by letter, as Trino does: beyond ASCII, DuckDB makes two of one, or takes several for one."""
    return f"(CASE WHEN strlen({value}) = length({value}) THEN {function}({value}) ELSE {script(value)} END)"


_UPPER: Final = Script(_upper, ("VARCHAR",), "VARCHAR")


_LOWER: Final = Script(_lower, ("VARCHAR",), "VARCHAR")


_REVERSED: Final = Script(_reversed, ("VARCHAR",), "VARCHAR")


_BETWEEN_ALL: Final = Script(_between_all, ("VARCHAR", "VARCHAR"), "VARCHAR")


_STRPOS: Final = Script(_strpos, ("VARCHAR", "VARCHAR", "BIGINT"), "BIGINT")


_TRANSLATED: Final = Script(_translated, ("VARCHAR", "VARCHAR", "VARCHAR"), "VARCHAR")


_NORMALIZED: Final = Script(_normalized, ("VARCHAR", "VARCHAR"), "VARCHAR")


SCRIPTS: Final = (
    _UPPER,
    _LOWER,
    _REVERSED,
    _BETWEEN_ALL,
    _STRPOS,
    _TRANSLATED,
    _NORMALIZED,
)


def _of_char(overload: Overload, *, is_padded: bool) -> Overload:
    """The same of a char, which becomes a varchar with its blanks or without those at the end."""

    def call(arguments: Sequence[Bound]) -> Bound | None:
        if not arguments or arguments[0].type.kind != "char":
            return None
        value = arguments[0]
        sql = coerced(value, VARCHAR).sql if is_padded else value.sql
        return overload([Bound(varchar(value.type.numbers[0]), sql), *arguments[1:]])

    return call


def _char_of(overload: Overload) -> Overload:
    """The same of a char, which stays one."""
    as_text = _of_char(overload, is_padded=False)

    def call(arguments: Sequence[Bound]) -> Bound | None:
        found = as_text(arguments)
        return found and Bound(arguments[0].type, found.sql)

    return call


_UPPERCASE: Final = like_first(itself, made=lambda value: _cased("upper", value, _UPPER))
_LOWERCASE: Final = like_first(itself, made=lambda value: _cased("lower", value, _LOWER))

TEXTS: Final[Functions] = {
    "concat": [concatenated],
    "concat_ws": [_concat_ws],
    "length": [_length],
    "upper": [_UPPERCASE, _char_of(_UPPERCASE)],
    "lower": [_LOWERCASE, _char_of(_LOWERCASE)],
    "reverse": [like_first(itself, made=lambda value: _cased("reverse", value, _REVERSED))],
    "substr": [_substr, _of_char(_substr, is_padded=True)],
    "substring": [_substr, _of_char(_substr, is_padded=True)],
    **{
        name: [*_trimmed(side), *(_of_char(overload, is_padded=False) for overload in _trimmed(side))]
        for name, side in (("trim", "both"), ("ltrim", "left"), ("rtrim", "right"))
    },
    "lpad": [_padded("lpad")],
    "rpad": [_padded("rpad")],
    "replace": [_replaced_length, like_first(itself, VARCHAR, made=_replaced)],
    "translate": [scripted(VARCHAR, [VARCHAR, VARCHAR, VARCHAR], _TRANSLATED)],
    "strpos": [
        plain(BIGINT, [VARCHAR, VARCHAR], "strpos({0}, {1})"),
        scripted(BIGINT, [VARCHAR, VARCHAR, BIGINT], _STRPOS),
    ],
    "starts_with": [plain(BOOLEAN, [VARCHAR, VARCHAR], "starts_with({0}, {1})")],
    "chr": [fitted(_chr, BIGINT)],
    "codepoint": [_codepoint],
    "repeat": [_repeat],
    "normalize": [
        fitted(lambda a: Bound(VARCHAR, _NORMALIZED(a[0].sql, text("NFC"))), VARCHAR),
        scripted(VARCHAR, [VARCHAR, VARCHAR], _NORMALIZED),
    ],
    "typeof": [typeof],
}
