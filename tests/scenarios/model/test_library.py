import re

import pytest

from scenarios.model.errors import InvalidScenario, UnknownScenario
from scenarios.model.library import LIBRARY, load, names
from scenarios.model.overrides import short, twin
from scenarios.model.scenario import NAME_PATTERN


@pytest.mark.parametrize("name", names())
def test_every_scenario_reads_under_its_files_name_and_says_in_comments_what_it_is(name: str) -> None:
    scenario = load(name)
    assert (scenario.name, bool(re.fullmatch(NAME_PATTERN, name))) == (name, True)
    assert (LIBRARY / f"{name}.yaml").read_text().startswith("# ")


@pytest.mark.parametrize("name", names())
def test_every_scenario_has_a_twin_that_differs_from_it(name: str) -> None:
    scenario = load(name)
    assert scenario.broken_twin
    broken = twin(scenario)
    assert broken.model_copy(update={"name": name}) != scenario
    assert scenario.broken_twin.set or scenario.broken_twin.control


@pytest.mark.parametrize("name", names())
def test_every_scenario_and_its_twin_can_be_cut_short(name: str) -> None:
    for scenario in (load(name), twin(load(name))):
        assert short(scenario).duration_s == pytest.approx(10)


def test_a_scenario_is_also_loaded_from_a_file() -> None:
    path = LIBRARY / "spike.yaml"
    assert load(str(path)) == load("spike")


@pytest.mark.parametrize("file", ["./nowhere", "nowhere.yaml", "nowhere.yml"])
def test_what_looks_like_a_file_is_sought_as_one(file: str) -> None:
    with pytest.raises(InvalidScenario, match=r"nowhere.*cannot be read"):
        load(file)


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        UnknownScenario, match=r"is 'writer-kill', allowed are .*poison, query-cost, quickstart"
    ) as raised:
        load("writer-kill")
    assert str(raised.value).endswith("; did you mean writer-killed?")
