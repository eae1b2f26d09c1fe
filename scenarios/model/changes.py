"""A scenario with some of its values changed; an error names the change that made it."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scenarios.model.allowed import Path, dotted
from scenarios.model.errors import InvalidScenario, Place, Problem
from scenarios.model.scenario import Scenario
from scenarios.model.validating import validate


@dataclass(frozen=True)
class Change:
    """A value to put under a key.

    Attributes:
        key: dotted, with list indexes: `phases.0.rate_per_s`.
        value: plain, as parsed.
        place: where the change was asked for.
    """

    key: str
    value: Any
    place: Place

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(self.key.split("."))


def plain(scenario: Scenario) -> dict[str, Any]:
    """The scenario as a file says it, all keys of the top level included. Deeper, only those that were given: so a
    fault turned into another by its name alone has no parameter of the first."""
    everything = scenario.model_dump(mode="json", exclude={"name"})
    given = scenario.model_dump(mode="json", exclude={"name"}, exclude_unset=True)
    # A fault made in Python has its name from its type, not from who made it.
    faults = [fault.model_dump(mode="json", exclude_unset=True) | {"fault": fault.fault} for fault in scenario.faults]
    return everything | given | {"faults": faults}


def change(scenario: Scenario, changes: Sequence[Change]) -> Scenario:
    """The scenario with the changes made, one after the other.

    Raises:
        InvalidScenario: a key leads nowhere, or the result is no valid scenario.
    """
    values = plain(scenario)
    problems = [problem for asked in changes if (problem := _put(values, asked))]
    if problems:
        raise InvalidScenario(problems)

    def where(path: Path) -> Place:
        """The last change that touched the path, or all of them where it was touched by none."""
        texts = tuple(map(str, path))
        touched = [asked.place for asked in changes if texts[: len(asked.path)] == asked.path[: len(texts)]]
        everywhere = Place(", ".join(dict.fromkeys(asked.place.file for asked in changes)))
        return touched[-1] if touched else everywhere

    return validate(values, scenario.name, where)


def _put(values: dict[str, Any], asked: Change) -> Problem | None:
    """Put the change's value under its key. Keys that no scenario has are left for the types to refuse."""
    holder: Any = values
    *above, last = asked.path
    for depth, step in enumerate(above):
        if isinstance(holder, dict) and holder.get(step) is None:
            holder[step] = {}
        found = _index(holder, step)
        if found is None:
            return _nowhere(asked, depth, holder)
        holder = holder[found]
    found = _index(holder, last)
    if found is None:
        return _nowhere(asked, len(above), holder)
    holder[found] = copy.deepcopy(asked.value)
    return None


def _index(holder: Any, step: str) -> Any:
    """What to index the holder with; None if it has nothing by that name."""
    if isinstance(holder, dict):
        return step
    if isinstance(holder, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(holder):
        return int(step)
    return None


def _nowhere(asked: Change, depth: int, holder: Any) -> Problem:
    """The error for a key of which the step at `depth` is not there."""
    step, parent = asked.path[depth], dotted(asked.path[:depth])
    if isinstance(holder, list):
        words = f"an index from 0 to {len(holder) - 1}" if holder else f"no index, for {parent} is an empty list"
    else:
        words = f"{parent} alone, which has no keys"
    return Problem(asked.place, f"{asked.key} leads nowhere at {step!r}, allowed is {words}", asked.key, step, words)
