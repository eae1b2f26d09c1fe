"""Scenarios in a project's own tests: the fixtures keystone_stack and keystone_run, and the mark slo.

    @pytest.mark.slo(ack_p99_ms=500, drain_s=30)
    def test_black_friday_holds(keystone_run):
        record = keystone_run("scenarios/black-friday.yaml")
        assert record.ledger.silver == record.events.acked

Loaded by pytest through its entry point wherever the project is installed, so nothing else of it is imported before a
fixture is asked for.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reports.record import RunRecord
    from scenarios.targets.interface import Target

KeystoneRun = Callable[..., "RunRecord"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where scenarios run."""
    group = parser.getgroup("keystone")
    group.addoption(
        "--keystone-target",
        default="embedded",
        metavar="embedded|FILE",
        help="where scenarios run: an embedded stack of their own, or the stack whose endpoints FILE has",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers", "slo(**at_most): bounds, as in a scenario's at_most, for every keystone_run of the test"
    )


@pytest.fixture(scope="session")
def keystone_stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Target]":
    """The stack that scenarios run on: one embedded stack for all tests, or the one of --keystone-target."""
    from scenarios.targets.embedded.target import EmbeddedTarget  # noqa: PLC0415 - see above
    from scenarios.targets.endpoints.target import EndpointsTarget  # noqa: PLC0415 - likewise

    chosen: str = request.config.getoption("--keystone-target")
    if chosen != "embedded":
        yield EndpointsTarget(Path(chosen))
        return
    stack = EmbeddedTarget.start(tmp_path_factory.mktemp("keystone") / "state")
    try:
        yield stack
    finally:
        stack.down()


@pytest.fixture
def keystone_run(request: pytest.FixtureRequest, keystone_stack: "Target", tmp_path: Path) -> KeystoneRun:
    """`keystone_run(scenario, *settings, short=False)` runs a scenario and returns its record.

    `scenario` is a name of the library or a file, `settings` are as for `keystone run --set`. A verdict that failed
    fails the test, one on time that could not be judged skips it. The record and its report lie in `tmp_path`.
    """

    def run(scenario: str | Path, *settings: str, short: bool = False) -> "RunRecord":
        from scenarios.runner.one_run import run_once  # noqa: PLC0415 - see above

        bounds = [f"at_most.{name}={bound:g}" for name, bound in _bounds(request).items()]
        record, folder = run_once(keystone_stack, str(scenario), [*settings, *bounds], tmp_path, short=short)
        _hold(record, folder)
        return record

    return run


def _bounds(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Of all the test's marks, the nearest last."""
    found: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers("slo"))):
        found |= mark.kwargs
    return found


def _hold(record: "RunRecord", folder: Path) -> None:
    lines = [f"{v.name}: {v.observed}, expected {v.expected}" for v in record.verdicts if v.passed is not True]
    if record.outcome == "failed":
        head = f"{record.scenario} failed; its report is {folder / 'report.html'}"
        pytest.fail("\n".join([head, *lines]), pytrace=False)
    if record.outcome == "inconclusive":
        pytest.skip(f"{record.scenario} could not be judged: " + "; ".join(lines))
