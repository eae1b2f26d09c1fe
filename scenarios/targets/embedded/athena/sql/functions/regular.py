r"""Regular expressions as Trino's own engine (Joni, with Java's syntax) reads them, by Python's.

To it \w, \d and \s are ASCII's, while \b and letters of either case are Unicode's of an older version. What the two do
not read alike is refused, some of it only where the text has characters over which they differ.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from scenarios.targets.embedded.athena.sql.scripts import Failed

_CHARACTER: Final = r"\\[^a-zA-Z0-9]|\\[tnrfav]|\\x[0-7][0-9a-fA-F]|\\u[0-9a-fA-F]{4}"
_TOKENS: Final = re.compile(
    rf"""
    (?P<flags>\A\(\?[ims]+\))
    | (?P<open>\((?:\?(?:[ims]+:|:|=|!|<=|<!))?(?!\?))
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<anchor>[\^$]|\\A)
    | (?P<border>\\[bB])
    | (?P<kind>\\[dDwWsS])
    | (?P<reference>\\[1-9](?!\d))
    | (?P<set>\[\^?(?!\])(?:\\.|[^\[\]\\])+\])
    | (?P<repeat>(?:[*+?]|\{{\d{{1,5}}(?:,\d{{0,5}})?\}})\??(?![*+?{{]))
    | (?P<letter>{_CHARACTER}|[^\\()\[{{*+?|^$])
    """,
    re.VERBOSE | re.DOTALL,
)
_MEMBERS: Final = re.compile(
    rf"(?P<kind>\\[dDwWsS])|(?P<first>{_CHARACTER}|[^\\])(?:-(?P<last>{_CHARACTER}|[^\\\]]))?", re.DOTALL
)
_KINDS: Final = {
    "d": "0-9",
    "w": "a-zA-Z0-9_",
    "s": "\\t-\\r ",
    "D": "\\x00-/:-\U0010ffff",
    "W": "\\x00-/:-@\\[-\\^`{-\U0010ffff",
    "S": "\\x00-\\x08\\x0e-\\x1f!-\U0010ffff",
}
"""ASCII's, as members of a set of any characters."""
_WRONG: Final = ("bad character range", "min repeat greater than max repeat")
_KIND_IN_RANGE: Final = re.compile(r"\\[a-zA-Z]-|-\\")
_MOST_OF_RANGE: Final = 0x800
_OLD: Final = unicodedata.ucd_3_2_0


@dataclass(frozen=True)
class Regular:
    """A regular expression.

    Attributes:
        plain: for texts of ASCII alone, where it has nothing else either.
        wide: for all others.
        tokens: what it is made of.
    """

    plain: re.Pattern[str]
    wide: re.Pattern[str]
    only_ascii: bool
    tokens: frozenset[str]
    flags: frozenset[str]

    @property
    def groups(self) -> int:
        """How many it has."""
        return self.plain.groups

    def found(self, value: str, start: int = 0) -> Iterator[re.Match[str]]:
        """Where a text is so: after an empty place it goes on with the next character, after another at its end."""
        pattern = self._fitting(value)
        while start <= len(value) and (match := pattern.search(value, start)):
            yield match
            start = match.end() + (match.start() == match.end())

    def first(self, value: str) -> re.Match[str] | None:
        """The first such place."""
        return self._fitting(value).search(value)

    def _fitting(self, value: str) -> re.Pattern[str]:
        if ("\\B" in self.tokens and not value) or ({"^", "m"} <= self.tokens | self.flags and value.endswith("\n")):
            raise _refused(self.plain.pattern)
        if self.only_ascii and value.isascii():
            return self.plain
        borders, cased = self.tokens & {"\\b", "\\B"}, "i" in self.flags
        for letter in set(value) if borders or cased else ():
            if (borders and not _known_in_words(letter)) or (cased and not _simply_cased(letter)):
                raise _refused(self.plain.pattern)
        return self.wide


@cache
def regular(pattern: str) -> Regular:
    """The expression.

    Raises:
        Failed: it is none, or not one that is supported here.
    """
    tokens = list(_tokens(pattern))
    if any("[" in text and (("&&" in text) or ("--" in text)) for kind, text in tokens if kind == "set"):
        raise _refused(pattern)
    flags = {flag for kind, text in tokens if kind in ("flags", "open") for flag in re.sub(r"[^ims]", "", text)}
    if any(kind == "reference" for kind, _ in tokens) and ("i" in flags or any(k == "border" for k, _ in tokens)):
        # Joni fails, or is beside itself, behind a reference to an empty group.
        raise _refused(pattern)
    wide = "".join(_wide(kind, text, cased="i" in flags) for kind, text in tokens)
    plain = "".join(_members_escaped(text) if kind == "set" else text for kind, text in tokens)
    only_ascii = pattern.isascii() and "\\u" not in pattern
    made = _compiled(plain, re.ASCII), _compiled(wide, 0)
    return Regular(*made, only_ascii, frozenset(text for _, text in tokens), frozenset(flags))


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    place, before, open_groups = 0, "open", 0
    while place < len(pattern):
        found = _TOKENS.match(pattern, place)
        kind = found.lastgroup if found else None
        open_groups += {"open": 1, "close": -1}.get(kind or "", 0)
        unclosed = pattern[place] == "[" and "]" not in pattern[place:]
        if open_groups < 0 or unclosed or pattern[place:] == "\\" or (kind == "repeat" and before in ("open", "bar")):
            raise _invalid(pattern)
        if not found or not kind or (kind == "repeat" and before in ("anchor", "border", "flags")):
            raise _refused(pattern)
        yield kind, found[0]
        place, before = found.end(), kind
    if open_groups:
        raise _invalid(pattern)


def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise (_invalid if _invalid_there_too(error.msg, pattern) else _refused)(pattern) from None


def _invalid_there_too(message: str, pattern: str) -> bool:
    if message.startswith("invalid group reference"):
        return int(message.rpartition(" ")[2]) > pattern.count("(")
    return message.startswith(_WRONG) and not _KIND_IN_RANGE.search(pattern)


def _members_escaped(text: str) -> str:
    """A set in which Python sees no operators of its own."""
    return re.sub(r"(\\.)|([&~|])", lambda part: part[1] or f"\\{part[2]}", text, flags=re.DOTALL)


def _wide(kind: str, text: str, *, cased: bool) -> str:
    """A token for texts of any characters."""
    if kind == "kind":
        # Told by what it is not: in whatever case, a set of all others would have letters of ASCII, too.
        return f"[{'^' if text[1].isupper() else ''}{_KINDS[text[1].lower()]}]"
    if kind == "letter" and cased and not _simply_cased(_letter(text)):
        raise _refused(text)
    if kind != "set":
        return text
    begin = 2 if text.startswith("[^") else 1
    return text[:begin] + _members(text[begin:-1], cased=cased) + "]"


def _members(text: str, *, cased: bool) -> str:
    made, place = "", 0
    while place < len(text):
        found = _MEMBERS.match(text, place)
        if not found or (cased and not _members_simply_cased(found)):
            raise _refused(text)
        made += _KINDS[found[0][1]] if found["kind"] else _members_escaped(found[0])
        place = found.end()
    return made


def _members_simply_cased(found: re.Match[str]) -> bool:
    if found["kind"]:
        return found[0][1].islower()
    first = _letter(found["first"])
    last = _letter(found["last"]) if found["last"] else first
    if ord(last) - ord(first) > _MOST_OF_RANGE:
        return False
    return all(_simply_cased(chr(letter)) for letter in range(ord(first), ord(last) + 1))


def _letter(text: str) -> str:
    if text[:2] in ("\\x", "\\u"):
        return chr(int.from_bytes(bytes.fromhex(text[2:])))
    # Which of the control characters it is does not matter: none has a case.
    return text[-1] if text[0] != "\\" or not text[1].isalnum() else "\n"


def _known_in_words(letter: str) -> bool:
    """Whether the two agree if a character is part of a word."""
    if letter.isascii():
        return True
    kind = unicodedata.category(letter)
    if kind[0] == "L" or kind == "Nd":
        return _OLD.category(letter) == kind
    return kind[0] in "PSZ" and kind != "Pc" and letter.lower() == letter.upper()


def _simply_cased(letter: str) -> bool:
    """Whether the two agree on a letter's other case: there is one at most, of one character, and no third."""
    if letter.isascii():
        return True
    lower, upper = letter.lower(), letter.upper()
    if len(lower) > 1 or len(upper) > 1 or letter.casefold() != lower or _OLD.category(letter) == "Cn":
        return letter == lower == upper and unicodedata.category(letter)[0] in "PSZ"
    if any(_OLD.category(other) == "Cn" for other in (lower, upper)):
        return False
    return lower.upper() == upper and upper.lower() == lower and not (lower.isascii() or upper.isascii())


def _refused(pattern: str) -> Failed:
    return Failed("NOT_SUPPORTED", f"the regular expression {pattern} is not supported here for such a text")


def _invalid(pattern: str) -> Failed:
    return Failed("INVALID_FUNCTION_ARGUMENT", f"not a regular expression: {pattern}")
