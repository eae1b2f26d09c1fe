from pathlib import Path

import pytest
from hypothesis import given

from scenarios.model.errors import InvalidScenario
from scenarios.model.reading import MOST_BYTES, parse_scenario, read_scenario, write_scenario
from scenarios.model.scenario import Scenario
from tests.scenarios.model.strategies import scenarios

MALFORMED = Path(__file__).parents[2] / "resources" / "malformed_scenarios"
KINDS = "freeze, kill, memory-limit, noop, restart, slow-consumer"
ERRORS: dict[str, list[tuple[int | None, str]]] = {
    "Upper_Case": [
        (None, "is called 'Upper_Case.yaml', allowed is lower-case letters, digits and hyphens, then .yaml"),
        (3, "story_ is no key of a scenario, allowed are story, events, seed,"),
        (4, "writers is 9, allowed is a whole number from 1 to 8"),
    ],
    "alias": [(1, "has the anchor &story"), (3, "has the alias *story, allowed are values written out")],
    "bounds-without-room": [(4, "at_least.lag_peak is 11, allowed is at most 10, which at_most says")],
    "control-character": [(3, "is not YAML: special characters are not allowed")],
    "deep": [(2, "is nested deeper than 20 levels")],
    "duplicate-key": [(4, "seed is there twice, allowed is once; it stands in line 2 already")],
    "empty": [(1, "is empty, allowed is a mapping of keys to values; keystone init writes one")],
    "fault-after-the-end": [(6, "faults.0.at_s is 11, allowed is at most 10, when the phases end")],
    "fault-as-text": [(3, f"faults.0 is 'kill', allowed is a mapping whose key fault is one of {KINDS}")],
    "fault-on-missing-writer": [(6, "faults.1.part is 'writer-3', allowed is at most writer-2, for writers is 2")],
    "fault-on-unknown-part": [
        (3, "faults.0.part is 'aws', allowed is kafka, s3 (on disk), ingest, postgres, pgbouncer or writer-N")
    ],
    "fault-without-name": [(4, f"faults.0.fault is missing, allowed is one of {KINDS}")],
    "foreign-fault-parameter": [(7, "faults.0.times is no key of faults.0, allowed are at_s, for_s, part, fault")],
    "half-a-character": [(1, "story cannot be understood, allowed is a number or text that can be written down")],
    "infinite": [(3, "budget_usd_per_million_events cannot be understood")],
    "key-as-list": [(3, "the file has a key that is no name, allowed is text")],
    "list": [(1, "holds a list of 1, allowed is a mapping of keys to values")],
    "missing-phases": [(1, "phases is missing, allowed is a list of 1 to 100 entries")],
    "missing-rate": [(4, "phases.1.rate_per_s is missing, allowed is a number above 0 and at most 1000000")],
    "negative-bound": [(3, "at_least.lag_peak is -1, allowed is a number from 0")],
    "no-event-due": [(2, "allowed is a list of phases in which one event at least is due (for_s times rate_per_s)")],
    "no-phase": [(2, "phases is an empty list, allowed is a list of 1 to 100 entries")],
    "no-such-character": [(None, "is not YAML: it escapes a character that does not exist")],
    "no-yaml": [(3, "is not YAML: while parsing a flow sequence expected ',' or ']'")],
    "not-utf8": [(2, "has the byte 0xf6, allowed is UTF-8 text")],
    "phases-as-mapping": [(2, "phases is a mapping of for_s, rate_per_s, allowed is a list of 1 to 100 entries")],
    "rate-as-text": [(4, "phases.0.rate_per_s is 'fast', allowed is a number above 0 and at most 1000000")],
    "rate-below-range": [(4, "phases.0.rate_per_s is -5, allowed is a number above 0 and at most 1000000")],
    "seed-as-fraction": [(3, "seed is 1.5, allowed is a whole number from 0")],
    "share-above-one": [(3, "bad_rows.renamed-field is 10, allowed is a number from 0 to 1")],
    "story-of-two-lines": [(1, r"story is 'A load.\nAnother.\n', allowed is one line")],
    "story-without-full-stop": [(1, "story is 'A load', allowed is one line of at most 200 characters that ends with")],
    "tab": [(3, r"is not YAML: while scanning for the next token found character '\t'")],
    "tag": [(3, "has the tag tag:yaml.org,2002:python/object/apply:os.system, allowed are values without tags")],
    "twin-of-unknown-verdict": [(5, "broken_twin.fails is 'losst', allowed is one of acked_per_s, failed,")],
    "twin-out-of-range": [(6, "in the broken twin, phases.0.rate_per_s is 0, allowed is a number above 0")],
    "twin-that-leads-nowhere": [
        (8, "in the broken twin, phases.1.rate_per_s leads nowhere at '1', allowed is an index from 0 to 0")
    ],
    "twin-without-change": [
        (3, "broken_twin is a mapping of story, fails, allowed is a mapping that has set, control")
    ],
    "two-documents": [(3, "begins a second document, allowed is one")],
    "unknown-events": [(3, "events is 'kafka:orders', allowed is olist, olist:N (N from 1 to 999999999)")],
    "unknown-fault": [(5, f"faults.1.fault is 'kil', allowed is one of {KINDS}; did you mean kill?")],
    "unknown-figure": [(4, "at_most.ack_p99 is no key of at_most, allowed are acked_per_s, failed,")],
    "unknown-key": [(3, "flush_second is no key of a scenario, allowed are story, events,")],
    "unknown-phase-key": [
        (
            4,
            "phases.0.rate is no key of phases.0, allowed are for_s, rate_per_s, to_rate_per_s,",
        )
    ],
    "yes-for-true": [(3, "shift_dates is 'yes', allowed is true or false")],
}
"""File: line and beginning of each error, in order."""


def problems_of(path: Path) -> InvalidScenario:
    with pytest.raises(InvalidScenario) as raised:
        read_scenario(path)
    return raised.value


def test_every_malformed_file_has_its_expected_errors() -> None:
    assert {path.stem for path in MALFORMED.iterdir()} == set(ERRORS)


@pytest.mark.parametrize("name", ERRORS)
def test_a_malformed_file_is_answered_with_line_key_value_and_what_is_allowed(name: str) -> None:
    error = problems_of(MALFORMED / f"{name}.yaml")
    assert [problem.place.line for problem in error.problems] == [line for line, _text in ERRORS[name]]
    for problem, (_line, text) in zip(error.problems, ERRORS[name], strict=True):
        assert text in problem.message


def test_an_error_is_one_line_that_begins_with_file_and_line() -> None:
    path = MALFORMED / "rate-below-range.yaml"
    sentence = "phases.0.rate_per_s is -5, allowed is a number above 0 and at most 1000000"
    assert str(problems_of(path)) == f"{path}, line 4: {sentence}"


def test_no_error_speaks_as_the_library_beneath() -> None:
    said = "\n".join(str(problems_of(path)) for path in MALFORMED.iterdir())
    assert "Input should" not in said
    assert "pydantic" not in said.lower()


def test_a_hint_stands_behind_a_near_miss() -> None:
    assert str(problems_of(MALFORMED / "unknown-key.yaml")).endswith("; did you mean flush_seconds?")


def test_all_that_is_wrong_is_found_at_once_in_the_order_of_lines() -> None:
    text = "writers: 9\nfaults:\n- {fault: kill, at_s: 99, part: kafka}\nsed: 1\nphases: [{for_s: 1, rate_per_s: 9}]"
    with pytest.raises(InvalidScenario) as raised:
        parse_scenario(text, "x", "x.yaml")
    found = [(problem.place.line, problem.key) for problem in raised.value.problems]
    assert found == [(1, "story"), (1, "writers"), (3, "faults.0.at_s"), (4, "sed")]


@pytest.mark.parametrize("path", ["nowhere.yaml", ".", "a\0b.yaml"])
def test_a_file_that_cannot_be_read_is_named(path: str) -> None:
    assert "cannot be read" in str(problems_of(Path(path)))


def test_a_file_of_another_size_is_not_even_parsed(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_bytes(b"#" * (MOST_BYTES + 1))
    assert "is too long, allowed are 262144 bytes" in str(problems_of(path))


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "marked.yaml"
    path.write_text("story: A.\nphases: [{for_s: 1, rate_per_s: 9}]", encoding="utf-8-sig")
    assert read_scenario(path).name == "marked"


@given(scenarios())
def test_a_scenario_written_reads_as_the_same(scenario: Scenario) -> None:
    assert parse_scenario(write_scenario(scenario), scenario.name, "x.yaml") == scenario
