"""A statement's words, for those statements that the API itself takes apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<text>'(?:[^']|'')*')
      | (?P<name>"(?:[^"]|"")*"|`[^`]*`)
      | (?P<word>\w+)
      | (?P<symbol>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Word:
    """One word, text, quoted name or symbol, and where it stands."""

    text: str
    start: int
    end: int

    def __str__(self) -> str:
        """In upper case, as keywords are compared."""
        return self.text.upper()

    @property
    def value(self) -> str:
        """Without quotes."""
        mark = self.text[0]
        return self.text[1:-1].replace(mark * 2, mark) if mark in "'\"`" and len(self.text) > 1 else self.text


def words(statement: str) -> list[Word]:
    """All of them; not spaces, comments, and a semicolon at the end."""
    found = [
        Word(match[0], match.start(), match.end()) for match in _WORD.finditer(statement) if match.lastgroup != "space"
    ]
    return found[:-1] if found and found[-1].text == ";" else found


def closing(found: Sequence[Word], opening: int) -> int | None:
    """The place of the bracket that closes the one at `opening`; None if none does."""
    depth = 0
    for place in range(opening, len(found)):
        depth += (found[place].text in "([") - (found[place].text in ")]")
        if not depth:
            return place
    return None


def parts(statement: str, found: Sequence[Word]) -> Iterator[str]:
    """What stands between the commas that are in no brackets, as it was written."""
    depth, begin = 0, 0
    for place, word in enumerate(found):
        depth += (word.text in "([") - (word.text in ")]")
        if word.text == "," and not depth and place > begin:
            yield statement[found[begin].start : found[place - 1].end]
            begin = place + 1
    if begin < len(found):
        yield statement[found[begin].start : found[-1].end]
