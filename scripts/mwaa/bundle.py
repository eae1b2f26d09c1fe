"""What is uploaded to the bucket of an MWAA environment.

    requirements.txt      what MWAA installs when it starts
    startup.sh            what it runs before that, for variables of the environment
    plugins.zip           the package `reference`; MWAA unpacks it into a folder that Python looks into
    dags/                 the DAGs, and the constraints that requirements.txt names

The same source makes the same bytes.
"""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scripts.mwaa.pins import ASKED, Pins

SOURCE: Final = Path(__file__).parents[2]
STARTUP: Final = Path(__file__).parent / "startup.sh"
PACKAGE: Final = "reference"
PACKED: Final = frozenset({".py", ".yaml", ".sql", ".json", ".mako"})
"""Suffixes of the package's files that it needs to run."""

CONSTRAINT_LINE: Final = '--constraint "/usr/local/airflow/dags/constraints.txt"'
"""Without such a line MWAA adds one, with its own constraints: those do not know our packages."""

# Airflow imports each file under plugins/ by its bare name, reference/writer/__main__.py, too: it would start a writer.
_NO_PLUGIN: Final = "*\n"
# No folder of dags/ has DAGs.
_NO_FOLDERS: Final = "*/\n"
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)


def build(folder: Path, pins: Pins, source: Path = SOURCE) -> None:
    """Write the files into a folder, which has nothing else afterwards.

    Raises:
        MissingPin: the pins lack a package that is asked for.
    """
    requirements = "\n".join([CONSTRAINT_LINE, *map(pins.requirement, ASKED)]) + "\n"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "dags").mkdir(parents=True)
    (folder / "requirements.txt").write_text(requirements)
    shutil.copyfile(STARTUP, folder / "startup.sh")
    _pack(folder / "plugins.zip", source)
    shutil.copyfile(pins.constraints, folder / "dags" / "constraints.txt")
    (folder / "dags" / ".airflowignore").write_text(_NO_FOLDERS)
    for path in dag_files(source / "dags"):
        shutil.copyfile(path, folder / "dags" / path.name)


def dag_files(folder: Path) -> list[Path]:
    """The DAGs of a folder."""
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def _pack(archive: Path, source: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in [(".airflowignore", _NO_PLUGIN.encode()), *_package(source)]:
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, content)


def _package(source: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted((source / PACKAGE).rglob("*")):
        if path.suffix in PACKED:
            yield path.relative_to(source).as_posix(), path.read_bytes()
