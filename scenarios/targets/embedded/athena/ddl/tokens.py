"""A statement cut into words, and a cursor over those of Hive's language. Names may stand in backticks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from scenarios.targets.embedded.athena.ddl.reserved import RESERVED
from scenarios.targets.embedded.athena.sql.errors import SqlError

Kind = Literal["word", "name", "string", "text", "number", "sign", "end"]
"""`text` is a string of SQL, in which a backslash is nothing but one; in a `string` of Hive's it begins an escape."""

_SKIPPED: Final = r"(?P<skip>\s+|--[^\n]*|/\*.*?\*/)"
_STRING: Final = r"(?P<string>'(?:[^'\\]|''|\\.)*')"
_TEXT: Final = r"(?P<text>'(?:[^']|'')*')"
_OTHERS: Final = r"""
    (?P<name>`(?:[^`]|``)*`|"(?:[^"]|"")*")
    |(?P<number>\d+(?:\.\d+)?(?![A-Za-z_]))
    |(?P<word>[A-Za-z_$][\w$]*|\d\w*)
    |(?P<sign><>|!=|<=|>=|.)"""
_HIVE, _SQL = (re.compile(f"{_SKIPPED}|{own}|{_OTHERS}", re.VERBOSE | re.DOTALL) for own in (_STRING, _TEXT))
_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "0": "\0", "b": "\b", "Z": "\x1a"}
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})|\\([0-7]{3})|\\(.)|''", re.DOTALL)


@dataclass(frozen=True)
class Token:
    """A word of a statement, and where it stands."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the next one may begin."""
        return self.start + len(self.text)

    @property
    def keyword(self) -> str:
        """As keywords are compared: in upper case; what stands in quotes is none."""
        return self.text.upper()

    @property
    def value(self) -> str:
        """What is written, without quotes and escapes."""
        if self.kind == "string":
            return _ESCAPE.sub(_unescaped, self.text[1:-1])
        if self.kind in ("name", "text"):
            quote = self.text[0]
            return self.text[1:-1].replace(quote * 2, quote)
        return self.text


def tokenize(text: str) -> list[Token]:
    """The words of a statement of Hive's language, without a semicolon at its end."""
    return _tokens(_HIVE, text)


def tokenize_sql(text: str) -> list[Token]:
    """The words of a statement of SQL, or of whichever language as far as it has no backslashes."""
    return _tokens(_SQL, text)


def creates_from_query(found: Sequence[Token]) -> bool:
    """Whether it is CREATE TABLE AS, which begins as others do."""
    words = [token.keyword for token in found if token.kind in ("word", "sign")]
    if words[:2] != ["CREATE", "TABLE"]:
        return False
    return any(a == "AS" and b in ("SELECT", "WITH", "VALUES", "TABLE", "(") for a, b in pairwise(words))


def _tokens(pattern: "re.Pattern[str]", text: str) -> list[Token]:
    found = [
        Token(match.lastgroup, match.group(), match.start())  # type: ignore[arg-type] # the pattern's groups are kinds
        for match in pattern.finditer(text)
        if match.lastgroup != "skip"
    ]
    while found and found[-1].text == ";":
        found.pop()
    return found


def _unescaped(match: "re.Match[str]") -> str:
    code, octal, plain = match.groups()
    if code:
        return chr(int(code, 16))
    if octal:
        return chr(int(octal, 8))
    return _ESCAPES.get(plain, plain) if plain else "'"


class Cursor:
    """Goes over a statement's words; keywords are known in either case."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._place = 0

    @property
    def next(self) -> Token:
        """The word that comes, left where it is."""
        if self._place == len(self._tokens):
            return Token("end", "<EOF>", len(self._text))
        return self._tokens[self._place]

    def comes(self, *words: str) -> bool:
        """Whether these keywords come next."""
        ahead = self._tokens[self._place : self._place + len(words)]
        return [t.keyword for t in ahead if t.kind in ("word", "sign")] == list(words)

    def creates_from_query(self) -> bool:
        """Whether it is CREATE TABLE AS."""
        return creates_from_query(self._tokens)

    def accept(self, *words: str) -> bool:
        """Go over these keywords, if they come next."""
        found = self.comes(*words)
        if found:
            self._place += len(words)
        return found

    def expect(self, *words: str) -> None:
        """Go over these keywords.

        Raises:
            SqlError: SYNTAX_ERROR, something else comes.
        """
        if not self.accept(*words):
            raise self.wrong(" ".join(words))

    def one_of(self, words: Iterable[str]) -> str:
        """Go over one of these keywords, and tell which."""
        for word in words:
            if self.accept(word):
                return word
        raise self.wrong(", ".join(words))

    def take(self) -> Token:
        """Go over whatever comes."""
        token = self.next
        if token.kind == "end":
            raise self.wrong("more")
        self._place += 1
        return token

    def name(self) -> str:
        """Go over a name; Athena knows all names in lower case."""
        if self.next.kind not in ("word", "name"):
            raise self.wrong("a name")
        if self.next.kind == "word" and self.next.keyword in RESERVED:
            raise self.wrong("a name, which a reserved word is in backticks only")
        return self.take().value.lower()

    def string(self) -> str:
        """Go over a text; one in double quotes is one here, too."""
        if self.next.kind == "string" or (self.next.kind == "name" and self.next.text[0] == '"'):
            token = self.take()
            return token.value
        raise self.wrong("a text in quotes")

    def rest(self) -> str:
        """What is left of the statement, as it is written."""
        start, last = self.next.start, self._tokens[-1]
        self._place = len(self._tokens)
        return self._text[start : last.end]

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self.next.kind != "end":
            raise self.wrong("the end")

    def wrong(self, expected: str) -> SqlError:
        """What comes is not what should."""
        before = self._text[: self.next.start]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return SqlError(
            "SYNTAX_ERROR", f"line {line}:{column}: mismatched input '{self.next.text}'. Expecting: {expected}"
        )
