"""Scenario files: read, checked, and written.

All that is wrong with a file is found at once. Every error names the file, the line, the key, the value given and the
values allowed.
"""

from pathlib import Path

from scenarios.model import allowed, yaml_text
from scenarios.model.changes import plain
from scenarios.model.errors import InvalidScenario, Place, Problem
from scenarios.model.overrides import twin
from scenarios.model.scenario import Scenario
from scenarios.model.validating import validate

MOST_BYTES = 256 * 1024
"""A scenario is a page; what is longer is another kind of file, and would be read for minutes."""


def read_scenario(path: Path) -> Scenario:
    """The scenario in the file.

    Raises:
        InvalidScenario: the file cannot be read, is no YAML, or says what is not allowed.
    """
    return parse_scenario(_text(path), name=path.name.removesuffix(".yaml"), file=str(path))


def parse_scenario(text: str, name: str, file: str) -> Scenario:
    """The scenario that the text describes; its broken twin has been tried on.

    Args:
        file: the text's name in errors.

    Raises:
        InvalidScenario: it describes none; `problems` has all that is wrong, by line.
    """
    document = yaml_text.parse(text, file)

    def where(path: allowed.Path) -> Place:
        return Place(file, document.line(path))

    try:
        scenario = validate(document.value, name, where)
        if scenario.broken_twin:
            twin(scenario, lambda key: where(("broken_twin", "set", key)))
    except InvalidScenario as error:
        told = {(problem.place, problem.key) for problem in document.problems}
        more = [problem for problem in error.problems if (problem.place, problem.key) not in told]
        raise InvalidScenario([*document.problems, *more]) from None
    if document.problems:
        raise InvalidScenario(document.problems)
    return scenario


def write_scenario(scenario: Scenario) -> str:
    """The text of a file that reads as the same scenario, all defaults written out."""
    return yaml_text.dump(plain(scenario))


def _text(path: Path) -> str:
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidScenario([Problem(place, f"cannot be read: {reason}")]) from None
    if len(content) > MOST_BYTES:
        raise InvalidScenario([Problem(place, f"is too long, allowed are {MOST_BYTES} bytes")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(str(path), content.count(b"\n", 0, error.start) + 1)
        byte = f"0x{content[error.start]:02x}"
        raise InvalidScenario(
            [Problem(place, f"has the byte {byte}, allowed is UTF-8 text", None, byte, "UTF-8")]
        ) from None
