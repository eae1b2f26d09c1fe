"""Which versions Amazon MWAA of a version has, or may be given: requirements/mwaa/<version>/.

constraints.txt  what pip may install, all of it: MWAA's own, then ours
essential.txt    what it may not replace
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from scripts.mwaa.errors import MissingPin, UnknownVersion

FOLDER: Final = Path(__file__).parents[2] / "requirements" / "mwaa"

ASKED: Final = (
    # MWAA has it; named so that nothing upgrades it in silence.
    "apache-airflow",
    "apache-airflow-providers-amazon",
    "apache-airflow-providers-standard",
    "airflow-provider-great-expectations",
    "great-expectations",
    "pyathena[sqlalchemy]",
    "psycopg[binary]",
    "pyyaml",
    "pydantic",
    "pyarrow",
    "boto3",
    # for upkeep and for marking days
    "pyiceberg[glue,pyarrow]",
    "confluent-kafka",
)
"""What the DAGs need."""


@dataclass(frozen=True)
class Pins:
    """The pins of a version of MWAA."""

    version: str
    constraints: Path
    essential: Path

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """Package → version, of the constraints."""
        return _read(self.constraints)

    @cached_property
    def essentials(self) -> frozenset[str]:
        """Packages that must stay as they are."""
        return frozenset(_read(self.essential))

    def requirement(self, asked: str) -> str:
        """What is asked for, with its pin.

        Raises:
            MissingPin: there is none.
        """
        self.require_pins([asked.partition("[")[0]])
        return f"{asked}=={self.versions[normal(asked.partition('[')[0])]}"

    def require_pins(self, packages: Iterable[str]) -> None:
        """Make sure that the constraints have all of the packages.

        Raises:
            MissingPin: they have not.
        """
        if missing := sorted(package for package in packages if normal(package) not in self.versions):
            raise MissingPin(f"{self.constraints} does not pin {', '.join(missing)}: add lines, as package==version")


def known_versions(folder: Path = FOLDER) -> list[str]:
    """Versions of MWAA that there are pins for."""
    return sorted(path.parent.name for path in folder.glob("*/constraints.txt"))


def pins_of(version: str, folder: Path = FOLDER) -> Pins:
    """The pins of a version.

    Raises:
        UnknownVersion: there are none.
    """
    if version not in (known := known_versions(folder)):
        raise UnknownVersion(
            f"there are no pins for MWAA {version!r}, allowed are {', '.join(known)}; "
            "for another one write a folder like those in requirements/mwaa/"
        )
    return Pins(version, folder / version / "constraints.txt", folder / version / "essential.txt")


def normal(package: str) -> str:
    """A package's name as all its spellings have it in common."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _read(path: Path) -> dict[str, str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    pairs = (line.partition("==") for line in lines if line)
    return {normal(package): version for package, _, version in pairs}
