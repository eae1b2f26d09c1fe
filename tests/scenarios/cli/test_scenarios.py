"""keystone scenarios, validate, init, schema: what a user meets before the first run."""

from pathlib import Path

import pytest

from scenarios.model import library
from scenarios.model.json_schema import json_schema
from tests.scenarios.conftest import Keystone

MALFORMED = Path(__file__).parents[2] / "resources" / "malformed_scenarios"


def test_scenarios_are_listed_with_their_stories(keystone: Keystone) -> None:
    lines = keystone("scenarios").out.splitlines()
    assert [line.split()[0] for line in lines] == library.names()
    assert all(line.endswith(".") for line in lines)


def test_scenarios_are_listed_for_a_script_too(keystone: Keystone) -> None:
    listed = keystone("scenarios", "--json").json
    assert listed == [{"name": name, "story": library.load(name).story} for name in library.names()]


def test_a_valid_file_is_said_to_be_valid(keystone: Keystone) -> None:
    ran = keystone("validate", library.LIBRARY / "spike.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("spike.yaml: valid\n")


def test_every_error_of_every_file_is_printed(keystone: Keystone) -> None:
    good, bad, worse = library.LIBRARY / "spike.yaml", MALFORMED / "alias.yaml", MALFORMED / "tag.yaml"
    ran = keystone("validate", good, bad, worse)
    assert ran.code == 2
    assert [line.split(": ")[0] for line in ran.err.splitlines()] == [
        f"{bad}, line 1",
        f"{bad}, line 3",
        f"{worse}, line 3",
    ]
    assert ran.out == f"{good}: valid\n"


def test_errors_are_printed_for_a_script_too(keystone: Keystone) -> None:
    path = MALFORMED / "rate-below-range.yaml"
    ran = keystone("validate", "--json", path)
    allowed = "a number above 0 and at most 1000000"
    assert ran.code == 2
    assert ran.json == [
        {
            "file": str(path),
            "line": 4,
            "key": "phases.0.rate_per_s",
            "given": -5,
            "allowed": allowed,
            "message": f"phases.0.rate_per_s is -5, allowed is {allowed}",
        }
    ]


def test_no_malformed_file_is_answered_with_a_traceback(keystone: Keystone) -> None:
    files = sorted(MALFORMED.iterdir())
    ran = keystone("validate", "--json", *files)
    assert (ran.code, {problem["file"] for problem in ran.json}) == (2, set(map(str, files)))


def test_a_scenario_to_begin_with_is_written_and_valid(keystone: Keystone, tmp_path: Path) -> None:
    assert keystone("init").code == 0
    assert (tmp_path / "scenario.yaml").is_file()
    assert keystone("validate", "scenario.yaml").code == 0


def test_a_file_is_not_overwritten_unless_told_to(keystone: Keystone, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("precious")
    ran = keystone("init", "mine.yaml")
    assert (ran.code, (tmp_path / "mine.yaml").read_text()) == (2, "precious")
    assert ran.err == "keystone: mine.yaml is there already; choose another file, or replace it with --force\n"
    assert keystone("init", "--force", "mine.yaml").code == 0
    assert keystone("validate", "mine.yaml").code == 0


def test_a_scenario_to_begin_with_goes_to_stdout_too(keystone: Keystone, tmp_path: Path) -> None:
    (tmp_path / "piped.yaml").write_text(keystone("init", "-").out)
    assert keystone("validate", "piped.yaml").code == 0


def test_the_json_schema_is_printed(keystone: Keystone) -> None:
    assert keystone("schema", "scenario").json == json_schema()


def test_a_twin_names_a_control_that_there_is(keystone: Keystone, tmp_path: Path) -> None:
    text = "story: A.\nphases: [{for_s: 1, rate_per_s: 10}]\nbroken_twin: {story: B., fails: lost, control: dorp}\n"
    (tmp_path / "x.yaml").write_text(text)
    ran = keystone("validate", tmp_path / "x.yaml")
    assert ran.code == 2
    assert "broken_twin.control is 'dorp', allowed is one of drop, twice" in ran.err


@pytest.mark.parametrize("command", [("scenarios",), ("validate",), ("init",), ("schema",), ("schema", "scenario")])
def test_every_command_teaches_itself(keystone: Keystone, command: tuple[str, ...]) -> None:
    ran = keystone(*command, "--help")
    assert (ran.code, "Usage: " in ran.out) == (0, True)
