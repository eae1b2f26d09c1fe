"""The file to begin a scenario with."""

from pathlib import Path

from scenarios.model.errors import ScenarioError
from scenarios.model.reading import parse_scenario

TEMPLATE = Path(__file__).with_suffix(".yaml")


def write_template(path: Path, *, replace: bool) -> None:
    """Write a scenario in which every key is explained.

    Args:
        replace: whether a file that is there already may be.

    Raises:
        ScenarioError: the file's name is no scenario's, it is there already, or it cannot be written.
    """
    text = TEMPLATE.read_text(encoding="utf-8")
    parse_scenario(text, name=path.name.removesuffix(".yaml"), file=str(path))
    try:
        with path.open("w" if replace else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ScenarioError(f"{path} is there already; choose another file, or replace it with --force") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be written: {error.strerror}") from error
