"""The versions that MWAA has, and those that we add."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.mwaa.errors import MissingPin, UnknownVersion
from scripts.mwaa.pins import ASKED, Pins, known_versions, normal, pins_of


@pytest.fixture(params=known_versions())
def pins(request: pytest.FixtureRequest) -> Pins:
    return pins_of(request.param)


def lines_of(path: Path) -> list[str]:
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def test_all_that_is_asked_for_is_pinned(pins: Pins) -> None:
    requirements = [pins.requirement(asked) for asked in ASKED]
    assert f"apache-airflow=={pins.version}" in requirements
    assert f"pyathena[sqlalchemy]=={pins.versions['pyathena']}" in requirements


def test_no_package_is_pinned_twice(pins: Pins) -> None:
    for path in (pins.constraints, pins.essential):
        packages = [normal(line.split("==")[0]) for line in lines_of(path)]
        assert len(packages) == len(set(packages)), path


def test_the_constraints_agree_with_what_may_not_be_replaced(pins: Pins) -> None:
    pairs = (line.split("==") for line in lines_of(pins.essential))
    essential = {normal(package): version for package, version in pairs if normal(package) in pins.versions}
    assert len(essential) > 15
    assert essential == {package: pins.versions[package] for package in essential}


def test_a_package_without_a_pin_is_named(tmp_path: Path) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("# none\nPyYAML==6.0.2\n")
    pins = Pins("0", constraints, constraints)
    assert pins.requirement("pyyaml") == "pyyaml==6.0.2"
    with pytest.raises(MissingPin, match=r"does not pin boto3: add lines"):
        pins.requirement("boto3")


@pytest.mark.parametrize("version", ["1.10.15", "", ".."])
def test_an_unknown_version_is_told_those_known(version: str) -> None:
    with pytest.raises(UnknownVersion, match=r"allowed are .*3\.0\.6"):
        pins_of(version)


def test_the_program_ends_with_an_exit_code() -> None:
    command = [sys.executable, "-m", "scripts.mwaa", "1.10.15"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("mwaa: there are no pins for MWAA '1.10.15', allowed are ")
