from typing import get_args

import pytest

from scenarios.model import allowed
from scenarios.model.scenario import VerdictName


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("seed",), "a whole number from 0 to 9223372036854775807"),
        (("first_day",), "a date such as 2018-08-31"),
        (("bad_rows", "null-customer"), "a number from 0 to 1"),
        (("writers",), "a whole number from 1 to 8"),
        (("flush_seconds",), "a number from 0.05 to 600"),
        (("phases", 3, "rate_per_s"), "a number above 0 and at most 1000000"),
        (("faults", 0, "slow-consumer", "times"), "a number from 1 to 500"),
        (("budget_usd_per_million_events",), "a number from 0 or null"),
        (("shift_dates",), "true or false"),
        (("phases",), "a list of 1 to 100 entries"),
        (("broken_twin",), "a mapping with keys among story, fails, set, control or null"),
        (("broken_twin", "control"), "a name of lower-case letters, digits and hyphens or null"),
        (("broken_twin", "fails"), f"one of {', '.join(get_args(VerdictName))}"),
        (("broken_twin", "set"), "a mapping of dotted keys"),
    ],
)
def test_what_a_place_allows_is_said_in_plain_words(place: tuple[str | int, ...], words: str) -> None:
    assert allowed.in_words(allowed.locate(place)[1]) == words


def test_the_kind_of_a_fault_is_no_part_of_its_values_path() -> None:
    path, _schema = allowed.locate(("faults", 0, "kill", "at_s"))
    assert allowed.dotted(path) == "faults.0.at_s"


@pytest.mark.parametrize(
    ("given", "hint"), [("kil", "; did you mean kill?"), ("frozen", "; did you mean freeze?"), ("xyz", "")]
)
def test_a_near_miss_is_named(given: str, hint: str) -> None:
    assert allowed.did_you_mean(given, ["kill", "freeze"]) == hint
