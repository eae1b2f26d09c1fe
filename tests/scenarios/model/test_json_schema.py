import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from scenarios.model import library
from scenarios.model.changes import plain
from scenarios.model.json_schema import DIALECT, json_schema
from scenarios.model.scenario import Scenario
from scenarios.model.yaml_text import parse
from tests.scenarios.model.strategies import scenarios

GOOD: dict[str, Any] = {"story": "A load.", "phases": [{"for_s": 1, "rate_per_s": 10}]}


def is_valid(values: Any) -> bool:
    return bool(Draft202012Validator(json_schema()).is_valid(values))


def test_the_schema_is_one_of_the_published_dialect() -> None:
    assert json_schema()["$schema"] == DIALECT
    Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("name", library.names())
def test_every_file_of_the_library_is_valid_by_it(name: str) -> None:
    text = (library.LIBRARY / f"{name}.yaml").read_text()
    Draft202012Validator(json_schema()).validate(parse(text, name).value)


@given(scenarios())
def test_what_the_types_accept_is_valid_by_it(scenario: Scenario) -> None:
    assert is_valid(json.loads(json.dumps(plain(scenario))))


@pytest.mark.parametrize(
    "wrong",
    [
        {"seeds": 1},
        {"name": "x"},
        {"seed": -1},
        {"story": "no stop"},
        {"phases": []},
        {"at_most": {"ack_p99": 1}},
        {"faults": [{"at_s": 1, "part": "kafka"}]},
        {"faults": [{"fault": "kill", "at_s": 1, "part": "kafka", "times": 2}]},
        {"broken_twin": {"story": "Broken."}},
    ],
)
def test_what_the_types_refuse_is_not(wrong: dict[str, Any]) -> None:
    assert is_valid(GOOD)
    assert not is_valid(GOOD | wrong)
