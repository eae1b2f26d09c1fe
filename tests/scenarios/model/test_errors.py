from scenarios.model.errors import InvalidScenario, Place, Problem, ScenarioError, UnknownScenario

LATE = Problem(Place("a.yaml", 9), "seed is -1, allowed is a whole number from 0", "seed", -1, "a whole number from 0")
EARLY = Problem(Place("a.yaml", 2), "is nested deeper than 20 levels")


def test_problems_are_told_one_a_line_by_line() -> None:
    assert str(InvalidScenario([LATE, EARLY])) == (
        "a.yaml, line 2: is nested deeper than 20 levels\na.yaml, line 9: seed is -1, allowed is a whole number from 0"
    )


def test_a_problem_is_told_to_a_script_with_all_its_facts() -> None:
    assert LATE.to_json() == {
        "file": "a.yaml",
        "line": 9,
        "key": "seed",
        "given": -1,
        "allowed": "a whole number from 0",
        "message": "seed is -1, allowed is a whole number from 0",
    }


def test_whoever_catches_the_base_catches_all() -> None:
    assert issubclass(InvalidScenario, ScenarioError)
    assert issubclass(UnknownScenario, ScenarioError)
