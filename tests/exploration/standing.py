"""Where programs stand: the protocol's own generators, numbered by what they are about to do and what they still know.

A generator cannot be copied, and an explorer must go on from one place many times. So a place is kept as a program and
the answers it was given, and gone to again by giving them again. Two ways to a place at which the program stands before
the same effect with the same values in its variables are one place, since it will do the same from there.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from reference.errors import CommitRefused, CommitUnknown, PipelineError
from reference.protocol.effects import Effect, Program

UNIMPORTANT = frozenset({"attempt", "failure"})
"""How often a commit was tried, and what the last try brought, decides only when to give up."""

REFUSED = "refused"


@dataclass(frozen=True)
class Unknown:
    """The answer to a commit whose reply was lost."""

    snapshot_id: int


@dataclass(frozen=True)
class Ended:
    """The program returned."""

    value: Any


@dataclass(frozen=True)
class Stopped:
    """The program raised."""

    error: PipelineError


@dataclass(frozen=True)
class _Place:
    make: Callable[[], Program[Any]]
    answers: tuple[Any, ...]
    stands_before: Effect | Ended | Stopped


class Standing:
    """All places that programs were seen at, by number."""

    def __init__(self) -> None:
        self._places: list[_Place] = []
        self._numbers: dict[Hashable, int] = {}
        self._next: dict[tuple[int, Hashable], int] = {}
        self._begun: dict[Hashable, int] = {}

    def begin(self, key: Hashable, make: Callable[[], Program[Any]]) -> int:
        """The place before a program's first effect. `key` names the program and its arguments."""
        if key not in self._begun:
            self._begun[key] = self._number(make, ())
        return self._begun[key]

    def before(self, place: int) -> Effect | Ended | Stopped:
        """What the program does next."""
        return self._places[place].stands_before

    def after(self, place: int, key: Hashable, answer: Any) -> int:
        """The place after the next effect was answered. `key` stands for the answer."""
        known = self._next.get((place, key))
        if known is None:
            at = self._places[place]
            known = self._next[place, key] = self._number(at.make, (*at.answers, answer))
        return known

    def _number(self, make: Callable[[], Program[Any]], answers: tuple[Any, ...]) -> int:
        program = make()
        stands_before = _replay(program, answers)
        known = self._numbers.setdefault((repr(stands_before), _variables(program)), len(self._places))
        if known == len(self._places):
            self._places.append(_Place(make, answers, stands_before))
        return known


def _replay(program: Program[Any], answers: tuple[Any, ...]) -> Effect | Ended | Stopped:
    try:
        effect = next(program)
        for answer in answers:
            if answer == REFUSED:
                effect = program.throw(CommitRefused("in the model"))
            elif isinstance(answer, Unknown):
                effect = program.throw(CommitUnknown(answer.snapshot_id, TimeoutError()))
            else:
                effect = program.send(answer)
    except StopIteration as end:
        return Ended(end.value)
    except PipelineError as error:
        return Stopped(error)
    return effect


def _variables(program: Any) -> Hashable:
    """Position and variables of a generator and of those it waits for."""
    found = []
    while program is not None and getattr(program, "gi_frame", None) is not None:
        frame = program.gi_frame
        known = tuple(sorted((k, repr(v)) for k, v in frame.f_locals.items() if k not in UNIMPORTANT))
        found.append((frame.f_code.co_name, frame.f_lasti, known))
        program = program.gi_yieldfrom
    return tuple(found)
