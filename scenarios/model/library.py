"""The scenarios that come with the project, and those of a user's own files."""

from pathlib import Path
from typing import Final

from scenarios.model.allowed import did_you_mean
from scenarios.model.errors import UnknownScenario
from scenarios.model.reading import read_scenario
from scenarios.model.scenario import Scenario

LIBRARY: Final = Path(__file__).parents[1] / "library"


def names() -> list[str]:
    """All scenarios of the library, by name."""
    return sorted(path.stem for path in LIBRARY.glob("*.yaml"))


def load(name_or_file: str) -> Scenario:
    """The scenario of that name in the library, or in that file.

    Raises:
        UnknownScenario: there is none of that name, and the text is not a file's.
        InvalidScenario: the file cannot be read, or says what is not allowed.
    """
    if name_or_file in names():
        return read_scenario(LIBRARY / f"{name_or_file}.yaml")
    path = Path(name_or_file)
    if "/" in name_or_file or path.suffix in {".yaml", ".yml"} or path.is_file():
        return read_scenario(path)
    hint = did_you_mean(name_or_file, names())
    raise UnknownScenario(f"scenario is {name_or_file!r}, allowed are {', '.join(names())} or a FILE.yaml{hint}")
