"""Each scenario of the library ends as its story says, and its broken twin and every control is caught.

Runs a sixth of them, chosen by the commit; `--scenarios all` runs all, `--full` at full length.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import Keystone
from tests.scenarios.library_cases import Case, chosen
from tests.shares import head_commit
from tests.stacks import running_stack

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case."""
    if "case" in metafunc.fixturenames:
        cases = chosen(metafunc.config.getoption("--scenarios"), head_commit(ROOT))
        metafunc.parametrize("case", cases, ids=str)


@pytest.fixture(scope="module")
def warm_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTarget]:
    """For all cases that leave a sound lake."""
    with running_stack(tmp_path_factory.mktemp("library") / "state") as target:
        yield target


@pytest.fixture
def case_stack(
    case: Case, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedTarget]:
    """A stack of its own for a case that damages the lake; a sound writer may rightly stop at what it finds there."""
    if not case.damages:
        yield request.getfixturevalue("warm_stack")
        return
    with running_stack(tmp_path_factory.mktemp("library") / "state") as target:
        yield target


@pytest.mark.timeout(600)
def test_it_ends_as_its_story_says(
    case: Case, case_stack: EmbeddedTarget, keystone: Keystone, request: pytest.FixtureRequest
) -> None:
    length = () if request.config.getoption("--full") else ("--short",)
    state_dir = case_stack.status().state_dir
    ran = keystone("run", case.scenario, *case.options, *length, "--state-dir", state_dir, "--json")
    assert ran.code in (0, 1, 4), ran.err
    verdicts = {verdict["name"]: verdict for verdict in ran.json["verdicts"]}
    failed = [verdict for verdict in verdicts.values() if verdict["passed"] is False]
    if case.fails is None:
        assert failed == []
    elif verdicts[case.fails]["passed"] is None:
        pytest.skip(f"inconclusive: {verdicts[case.fails]['expected']}")
    elif verdicts[case.fails]["passed"] and ran.json["faults"] and ran.json["noise"]["too_noisy"]:
        # A part that is broken only when a fault meets it in time: a writer must hold something when it is frozen.
        pytest.skip(f"not provoked on a machine so busy: {ran.json['noise']['why']}")
    else:
        assert verdicts[case.fails] in failed
        assert_offender_named(ran.json["ledger"], case.fails)


def assert_offender_named(ledger: dict[str, object], category: str) -> None:
    """What the ledger caught has an offset and a file."""
    offenders = ledger["offenders"]
    assert isinstance(offenders, dict)
    if category in ledger:
        assert offenders[category][0]["offset"] is not None
        assert offenders[category][0]["file"].endswith(".parquet")
