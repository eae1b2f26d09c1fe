"""How like one text is to another, by letters or by sound."""

import re
from typing import Final

from scenarios.targets.embedded.athena.sql.functions.overloads import Functions, scripted
from scenarios.targets.embedded.athena.sql.scripts import Failed, Script
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR, varchar


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


_SOUNDEX: Final = Script(_soundex, ("VARCHAR",), "VARCHAR")


_HAMMING: Final = Script(_hamming, ("VARCHAR", "VARCHAR"), "BIGINT")


_LEVENSHTEIN: Final = Script(_levenshtein, ("VARCHAR", "VARCHAR"), "BIGINT")


SCRIPTS: Final = (
    _HAMMING,
    _LEVENSHTEIN,
    _SOUNDEX,
)


LIKENESS: Final[Functions] = {
    "levenshtein_distance": [scripted(BIGINT, [VARCHAR, VARCHAR], _LEVENSHTEIN)],
    "hamming_distance": [scripted(BIGINT, [VARCHAR, VARCHAR], _HAMMING)],
    "soundex": [scripted(varchar(4), [VARCHAR], _SOUNDEX)],
}
