from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scenarios.model.errors import InvalidScenario
from scenarios.model.yaml_text import dump, parse

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
keys = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
plain = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=10)


@given(plain)
@example("\x85")
@example("a\u2028b")
def test_what_is_dumped_is_parsed_as_the_same(value: Any) -> None:
    assert parse(dump({"value": value}), "x.yaml").value == {"value": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("2018-05-24", "2018-05-24"),
        ("010", 10),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("~", None),
        ("'5'", "5"),
        ("True", True),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: Any) -> None:
    found = parse(text, "x.yaml").value
    assert (found, type(found)) == (value, type(value))


def test_every_value_has_the_line_of_its_key() -> None:
    document = parse("a: 1\nb:\n  - c:\n      5\n  - 6\n", "x.yaml")
    found = {(): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 0, "c"): 3, ("b", 1): 5}
    assert document.lines == found
    assert document.line(("b", 0, "missing", 7)) == 3


def test_a_bomb_of_aliases_is_refused_before_it_is_built() -> None:
    levels = "\n".join(f"l{n + 1}: &l{n + 1} [{', '.join([f'*l{n}'] * 9)}]" for n in range(40))
    with pytest.raises(InvalidScenario, match=r"line 1: has the anchor &l0"):
        parse(f"l0: &l0 [boom]\n{levels}", "x.yaml")


def test_depth_that_would_exhaust_the_stack_is_refused() -> None:
    with pytest.raises(InvalidScenario, match="nested deeper than 20 levels"):
        parse("[" * 50_000, "x.yaml")


def test_a_number_of_too_many_digits_is_a_problem_on_its_line() -> None:
    [problem] = parse(f"a: 1\nb: {'9' * 5000}", "x.yaml").problems
    assert (problem.place.line, problem.key) == (2, "b")
