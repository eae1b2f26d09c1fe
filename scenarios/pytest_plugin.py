"""Scenarios in a project's own tests: the fixtures keystone_stack and keystone_run, and the mark slo.

    @pytest.mark.slo(ack_p99_ms=500, drain_s=30)
    def test_black_friday_holds(keystone_run):
        record = keystone_run("scenarios/black-friday.yaml")
        assert record.ledger.silver == record.events.acked

Loaded by pytest through its entry point wherever the project is installed, so nothing else of it is imported before a
fixture is asked for.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
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
    group.addoption(
        "--benchmark",
        action="store_true",
        help="run the benchmarks, in the folder keystone_benchmarks, and nothing else; without it, all else",
    )
    parser.addini("keystone_benchmarks", "folder of the tests that measure", default="tests/benchmarks")
    group.addoption(
        "--without",
        action="append",
        default=[],
        metavar="PEER",
        help="leave out benchmarks beside this peer, which is missing here",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "slo(**bounds): at most so much of each figure (acked_per_s: at least) in each keystone_run of the test",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Benchmarks and tests are not run together: each would spoil what the other is for."""
    if not collection_path.is_file():
        return None
    folder = config.rootpath / config.getini("keystone_benchmarks")
    is_benchmark = collection_path.is_relative_to(folder)
    return True if is_benchmark != config.getoption("--benchmark") else None


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
    fails the test, one that could not be judged skips it. The record and its report lie in `tmp_path`.
    """

    def run(scenario: str | Path, *settings: str, short: bool = False) -> "RunRecord":
        from loadgen.errors import LoadgenError  # noqa: PLC0415 - see above
        from scenarios.model.errors import ScenarioError  # noqa: PLC0415 - likewise
        from scenarios.targets.errors import TargetError  # noqa: PLC0415 - likewise

        try:
            return judged(scenario, settings, short)
        except (LoadgenError, ScenarioError, TargetError) as error:
            pytest.fail(f"keystone: {error}", pytrace=False)

    def judged(scenario: str | Path, settings: Sequence[str], short: bool) -> "RunRecord":
        from scenarios.model import library, overrides  # noqa: PLC0415 - see above
        from scenarios.runner.fault_journal import journal_of  # noqa: PLC0415 - likewise
        from scenarios.runner.one_run import run_once  # noqa: PLC0415 - likewise
        from scenarios.runner.plan import plan_run  # noqa: PLC0415 - likewise

        found = overrides.override(library.load(str(scenario)), settings)
        for bounds in _bounds(request):
            found = overrides.tighten(found, bounds)
        plan = plan_run(overrides.short(found) if short else found)
        folder, notes = tmp_path / plan.id, list[str]()
        with journal_of(keystone_stack) as journal:
            record = run_once(plan, keystone_stack, journal, folder, lambda _text: None, notes.append)
        _hold(record, folder)
        for note in notes:
            warnings.warn(note, stacklevel=2)
        return record

    return run


def _bounds(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """Those of each of the test's marks."""
    for mark in request.node.iter_markers("slo"):
        if mark.args:
            raise pytest.UsageError(f"slo takes bounds by name, such as slo(ack_p99_ms=500), not {mark.args!r}")
        yield mark.kwargs


def _hold(record: "RunRecord", folder: Path) -> None:
    lines = [f"{v.name}: {v.observed}, expected {v.expected}" for v in record.verdicts if v.passed is not True]
    if record.outcome == "failed":
        head = f"{record.scenario} failed; its report is {folder / 'report.html'}"
        pytest.fail("\n".join([head, *lines]), pytrace=False)
    if record.outcome == "inconclusive":
        pytest.skip(f"{record.scenario} could not be judged: " + "; ".join(lines))
