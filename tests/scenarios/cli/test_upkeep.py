"""The upkeep commands' own behaviour; what they do to tables is tested with the lake."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from scenarios.cli import upkeep as module
from scenarios.cli.upkeep import expire
from scenarios.targets.errors import LakeError, TargetError
from tests.scenarios.conftest import KEYSTONE, Keystone


class Upkeep:
    """Fails once, works once, and is then interrupted."""

    def __init__(self) -> None:
        self._answers: Iterator[BaseException | list[tuple[str, int]]] = iter(
            [LakeError("the store is away"), [("bronze", 2)], KeyboardInterrupt()]
        )

    def expire(self, _keep: object) -> list[tuple[str, int]]:
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Upkeep()
    monkeypatch.setattr(module, "_upkeep", lambda *_: made)


@pytest.mark.usefixtures("upkeep")
def test_upkeep_that_goes_on_says_what_went_wrong_and_tries_again() -> None:
    ran = CliRunner().invoke(expire, ["--every", "0.1"])
    assert (ran.exit_code, ran.stdout) == (1, "bronze: 2 snapshots fewer\n")
    assert ran.stderr.startswith("keystone: the store is away; trying again in 0.1 s\n")


@pytest.mark.usefixtures("upkeep")
def test_upkeep_that_is_done_once_fails_with_what_went_wrong() -> None:
    ran = CliRunner().invoke(expire, [])
    assert isinstance(ran.exception, LakeError)
    assert ran.output == ""


def test_upkeep_that_goes_on_ends_once_its_stack_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    stacks = iter([Upkeep()])

    def found(*_: object) -> Upkeep:
        for stack in stacks:
            return stack
        raise TargetError("no stack runs here")

    monkeypatch.setattr(module, "_upkeep", found)
    ran = CliRunner().invoke(expire, ["--every", "0.1"])
    assert str(ran.exception) == "no stack runs here"
    assert "the store is away" in ran.stderr


@pytest.mark.integration
@pytest.mark.parametrize(
    ("command", "failpoint", "told"),
    [
        (("compact",), "nosuch", "before-swap-silver"),
        (("compact", "silver"), "before-swap-bronze", "names like 'before-swap-silver' are"),
        (("orphans",), "before-delete-silver", "are before-load-bronze"),
        (("replay", "r"), "before-append-bronze", "names like 'before-append-silver' are"),
        (("expire",), "before-swap-silver", "here are none at all"),
    ],
)
def test_a_failpoint_that_a_command_never_comes_to_is_a_usage_error(
    keystone: Keystone, state_dir: str, command: tuple[str, ...], failpoint: str, told: str
) -> None:
    setting = {"KEYSTONE_FAILPOINT": f"{failpoint}=kill"}
    ran = keystone("lake", *command, "--state-dir", state_dir, environment=setting)
    assert (ran.code, told in ran.err) == (2, True), ran.err


@pytest.mark.integration
def test_a_failpoint_that_kills_is_named_before_it_does(keystone: Keystone, state_dir: str) -> None:
    ran = keystone(
        "lake", "orphans", "--state-dir", state_dir, environment={"KEYSTONE_FAILPOINT": "before-named-bronze=kill"}
    )
    assert (ran.code, ran.err.splitlines()[-1]) == (-9, "failpoint before-named-bronze: kill")


@pytest.mark.integration
def test_orphans_that_are_not_there_are_said_not_to_be(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("lake", "orphans", "silver", "--state-dir", state_dir)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == ["keystone: looking through silver", "silver: 0 orphans found"]


@pytest.mark.integration
def test_a_full_disk_is_said_and_no_verdict() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([KEYSTONE, "scenarios"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "keystone: [Errno 28] No space left on device\n")
