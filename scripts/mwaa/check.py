"""Checks what is to be uploaded, in an environment made for it: what MWAA would do, as far as a machine without it can.

MWAA itself comes up without our packages if pip refuses them, and says so in a log.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from scripts.mwaa.bundle import CONSTRAINT_LINE, dag_files
from scripts.mwaa.errors import EssentialReplaced, WrongDags
from scripts.mwaa.pins import Pins, normal
from scripts.mwaa.steps import run_step, tell

UV: Final = Path(sys.executable).parent / "uv"
DAG_PARSER: Final = Path(__file__).parent / "parse_dags.py"

PYTHON: Final = "3.12"
"""Python's version in MWAA's image of Airflow 3.0.6, which has 3.12.10."""

IMAGE: Final = (
    "apache-airflow[celery,statsd]",
    "apache-airflow-providers-amazon[aiobotocore]",
    "fluent-logger",
    "watchtower",
)
"""What the image has been made of, but for what is built from source there: celery[sqs], psycopg2."""

TOO_SLOW: Final = ("great_expectations", "pyiceberg", "keystone_native")
"""What no DAG may import while its file is parsed: that takes seconds, twice a minute; the last is not there."""


def check(bundle: Path, folder: Path, pins: Pins) -> Mapping[str, Sequence[str]]:
    """Check a bundle, in a folder of its own.

    Returns:
        DAG → its tasks.

    Raises:
        NotReady: it must not be uploaded.
    """
    shutil.rmtree(folder, ignore_errors=True)
    python = make_stand_in(folder, pins)
    installed = install(python, folder, bundle, pins)
    tell(f"{len(installed)} packages installed: {', '.join(installed)}")
    return parse(python, folder, bundle)


def make_stand_in(folder: Path, pins: Pins) -> Path:
    """Make an environment like MWAA's image before it has seen any requirements; its Python."""
    python = folder / "venv" / "bin" / "python"
    base = find_python()
    run_step(f"an environment of {base}", [UV, "venv", "--seed", "--python", base, folder / "venv"])
    command: list[str | Path] = [UV, "pip", "install", "--python", python, *IMAGE]
    constraints: list[str | Path] = ["--constraint", pins.essential, "--constraint", pins.constraints]
    run_step(f"a stand-in for the image of MWAA {pins.version}", [*command, *constraints])
    return python


def find_python() -> Path:
    """A Python of the version that MWAA has; without one this program's own."""
    on_path = shutil.which(f"python{PYTHON}")
    of_pyenv = sorted(Path.home().glob(f".pyenv/versions/{PYTHON}*/bin/python"))
    for path in [*([Path(on_path)] if on_path else []), *of_pyenv]:
        # One of pyenv's that is not switched on is found, and fails.
        if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    tell(f"no Python {PYTHON} here, which MWAA has: {sys.version.split()[0]} stands in for it")
    return Path(sys.executable)


def install(python: Path, folder: Path, bundle: Path, pins: Pins) -> list[str]:
    """Install the requirements as MWAA does; the packages that were not there.

    Raises:
        StepFailed: pip refuses.
        EssentialReplaced: it does not, and should.
        MissingPin: it took a package's newest version.
    """
    requirements, report = folder / "requirements.txt", folder / "pip.json"
    local = f'--constraint "{bundle / "dags" / "constraints.txt"}"'
    requirements.write_text((bundle / "requirements.txt").read_text().replace(CONSTRAINT_LINE, local))
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
    told: list[str | Path] = ["--progress-bar=off", "--report", report]
    asked: list[str | Path] = ["--constraint", pins.essential, "--requirement", requirements]
    run_step("requirements.txt, by pip", [*pip, "install", *told, *asked])
    run_step("pip check", [*pip, "check"])
    installed = sorted(one["metadata"]["name"] for one in json.loads(report.read_text())["install"])
    refuse_replaced(installed, pins)
    pins.require_pins(installed)
    return installed


def refuse_replaced(installed: Sequence[str], pins: Pins) -> None:
    """Make sure that nothing was installed that MWAA allows nobody to replace.

    Raises:
        EssentialReplaced: something was.
    """
    if replaced := [package for package in installed if normal(package) in pins.essentials]:
        raise EssentialReplaced(
            f"pip replaced {', '.join(replaced)}, which MWAA does not allow; give {pins.constraints} the version of "
            f"{pins.essential}"
        )


def parse(python: Path, folder: Path, bundle: Path) -> Mapping[str, Sequence[str]]:
    """Have Airflow import the DAGs; each with its tasks.

    Raises:
        StepFailed: the parser died.
        WrongDags: they are not as they should be.
    """
    found, home = folder / "dags.json", folder / "airflow"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(bundle / "dags", home / "dags")
    with zipfile.ZipFile(bundle / "plugins.zip") as packed:
        packed.extractall(home / "plugins")
    environment = {"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    # -P: beside the parser lie modules of this program, which DAGs could take for theirs.
    run_step("the DAGs, by Airflow", [python, "-P", DAG_PARSER, home / "dags", found, *TOO_SLOW], environment)
    answer = json.loads(found.read_text())
    if problems := list(wrongs(answer, [path.name for path in dag_files(bundle / "dags")])):
        raise WrongDags("\n".join(problems))
    return {dag_id: dag["tasks"] for dag_id, dag in answer["dags"].items()}


def wrongs(answer: Mapping[str, Any], files: Sequence[str]) -> Iterator[str]:
    """What is wrong with DAGs.

    Args:
        answer: the parser's.
        files: that it was given.
    """
    for file, error in answer["errors"].items():
        yield f"{file} does not import: {error}"
    holding = {dag["file"] for dag in answer["dags"].values()}
    for file in sorted({*files} - holding - {*answer["errors"]}):
        yield f"{file} holds no DAG"
    if answer["imported"]:
        names = ", ".join(answer["imported"])
        yield f"parsing the DAGs imports {names}: import it within the tasks that need it"
    if answer["plugins"]:
        names = ", ".join(answer["plugins"])
        yield f"Airflow takes {names} of plugins.zip for plugins: its .airflowignore must name all of it"
