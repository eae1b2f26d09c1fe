"""What an alert says: what happened, where, how often, some examples, and how to see all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["failure", "held-day", "quarantine"]

MOST_SUBJECT: Final = 100
"""Characters that SNS takes as a subject, ASCII all of them."""

MOST_SAMPLE: Final = 500
"""Characters of one example."""

MOST_QUERY: Final = 10_000
"""Characters of the query in the text: a message of SNS has 256 KB, one of Slack's 40,000 characters."""


@dataclass(frozen=True)
class Alert:
    """Something that a person should know.

    Attributes:
        what: in one line.
        where: the table, task or part that it is about.
        count, total: how many of how many; 0 and 0 where nothing is counted.
        by_reason: reason → how many; one may have several.
        sample: some of them, a line each.
        query: the SQL of Athena that shows them all; empty where there is none.
    """

    kind: Kind
    day: date
    generation: int
    what: str
    where: str
    count: int = 0
    total: int = 0
    by_reason: Mapping[str, int] = field(default_factory=dict)
    sample: Sequence[str] = ()
    query: str = ""

    @property
    def key(self) -> str:
        """It goes out once for each of these."""
        return f"{self.kind}/{self.day}/{self.generation}"

    @property
    def subject(self) -> str:
        """One line of ASCII."""
        told = _line(f"[keystone] {self.kind} {self.day}: {self.what}")
        return told.encode("ascii", "replace").decode()[:MOST_SUBJECT]

    @property
    def text(self) -> str:
        """All of it, for people."""
        lines = [_line(self.what), "", f"where: {self.where}", f"day: {self.day}, generation {self.generation}"]
        if self.total:
            lines.append(f"how many: {self.count:,} of {self.total:,} ({self.count / self.total:.2%})")
        lines += [f"  {_line(reason)}: {count:,}" for reason, count in self.by_reason.items() if count]
        if self.sample:
            lines += ["", "for example:", *(f"  {_shortened(_line(one))}" for one in self.sample)]
        if self.query:
            is_short = len(self.query) <= MOST_QUERY
            lines += ["", "to see them:", f"  {self.query if is_short else 'a query too long for an alert'}"]
        return "\n".join([*lines, "", f"key: {self.key}"])


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_SAMPLE else f"{text[: MOST_SAMPLE - 1]}…"


def _line(text: str) -> str:
    """A text in one line: SNS refuses a subject with a break or another control character."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
