"""The list of controls fits what it speaks of: the ledger, the scenarios, the programs."""

import pytest

from scenarios.audit.ledger import MUST_BE_EMPTY
from scenarios.controls.catalogue import CONTROLS
from scenarios.controls.writer import KINDS
from scenarios.model import library
from tests.scenarios.conftest import Keystone


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_fits_the_ledger_and_its_scenario(name: str) -> None:
    control = CONTROLS[name]
    assert control.category in MUST_BE_EMPTY
    assert control.writers <= library.load(control.in_scenario).writers
    assert control.writer_program or control.ingest_program or control.resends


def test_every_faulty_writer_is_a_control() -> None:
    assert {name for name, control in CONTROLS.items() if control.writer_program} == set(KINDS)


def test_every_broken_twin_names_a_control_there_is() -> None:
    twins = [twin for name in library.names() if (twin := library.load(name).broken_twin) is not None]
    assert {twin.control for twin in twins if twin.control is not None} <= set(CONTROLS)


def test_the_command_lists_all_controls(keystone: Keystone) -> None:
    assert [row["name"] for row in keystone("controls", "--json").json] == list(CONTROLS)
    assert [line.split()[:2] for line in keystone("controls").out.splitlines()] == [
        [control.name, control.category] for control in CONTROLS.values()
    ]
