import re
from pathlib import Path

import pytest

from scenarios.model.errors import ScenarioError
from scenarios.model.json_schema import json_schema
from scenarios.model.reading import read_scenario
from scenarios.model.scenario import Scenario
from scenarios.model.template import TEMPLATE, write_template
from scenarios.model.yaml_text import parse
from tests.scenarios.model.strategies import FIGURES

NO_DEFAULTS = {"story", "phases", "faults", "at_most", "at_least", "broken_twin"}
"""Keys whose values in the template are examples; it says so beside each."""

DATES = {"first_day", "last_day"}


def test_the_template_has_every_key_and_their_defaults() -> None:
    shown = parse(TEMPLATE.read_text(), "template.yaml").value
    fields = {name: field.get_default(call_default_factory=True) for name, field in Scenario.model_fields.items()}
    # YAML knows lists, no tuples.
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
    defaults = {name: str(value) if name in DATES else value for name, value in listed.items() if name != "name"}
    assert set(shown) == set(defaults)
    assert {key for key in shown if shown[key] != defaults[key]} <= NO_DEFAULTS


def test_the_template_explains_every_fault_each_of_its_keys_and_every_figure() -> None:
    words = set(re.findall(r"[\w-]+", TEMPLATE.read_text()))
    faults = [kind["properties"] for kind in json_schema()["$defs"].values() if "fault" in kind["properties"]]
    assert {key for keys in faults for key in keys} | {keys["fault"]["const"] for keys in faults} <= words
    for figure in FIGURES:
        stage, _, rest = figure.partition("_p" if "_p" in figure and figure.endswith("_ms") else "_max")
        assert figure in words or f"{stage}_" in words, rest


def test_the_template_is_written_once_and_reads(tmp_path: Path) -> None:
    path = tmp_path / "my-load.yaml"
    write_template(path, replace=False)
    assert read_scenario(path).name == "my-load"
    with pytest.raises(ScenarioError, match=r"is there already; .* replace it with --force"):
        write_template(path, replace=False)
    write_template(path, replace=True)


def test_no_file_is_written_that_would_not_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"is called 'My Load.yaml', allowed is"):
        write_template(tmp_path / "My Load.yaml", replace=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be written: No such file"):
        write_template(tmp_path / "nowhere" / "x.yaml", replace=False)
