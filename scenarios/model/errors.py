"""What can go wrong with a scenario:

ScenarioError
    InvalidScenario  a file, or an override of it, says what is not allowed
    UnknownScenario  there is no scenario of that name
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where something was said.

    Attributes:
        file: a scenario file, or the option that overrides it.
        line: counted from 1; None where there are no lines.
    """

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}, line {self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing that is not allowed.

    Attributes:
        place: where it was said.
        message: for people: the key, the value given and those allowed.
        key: dotted, as `--set` takes it; None if the file as a whole is meant.
        given: what was found there; None if it is missing.
        allowed: which values the key takes, in words.
    """

    place: Place
    message: str
    key: str | None = None
    given: Any = None
    allowed: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"

    def to_json(self) -> dict[str, Any]:
        """As `keystone validate --json` prints it."""
        fields = asdict(self)
        del fields["place"]
        return asdict(self.place) | fields


class ScenarioError(Exception):
    """Base of all errors that this package raises on purpose. Exit code 2."""


class InvalidScenario(ScenarioError):
    """A scenario says what is not allowed; `problems` has all that was found, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.place.line or 0)
        super().__init__("\n".join(map(str, self.problems)))


class UnknownScenario(ScenarioError):
    """There is no scenario of that name; the text lists those there are."""
