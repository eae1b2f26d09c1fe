"""The upkeep commands' own behaviour; what they do to tables is tested with the lake."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from scenarios.cli.upkeep import expire
from scenarios.targets.errors import TargetError


class Upkeep:
    """Fails once, works once, and is then interrupted."""

    def __init__(self) -> None:
        self._answers: Iterator[BaseException | dict[str, int]] = iter(
            [TargetError("the store is away"), {"bronze": 2}, KeyboardInterrupt()]
        )

    def expire(self, _keep: object) -> dict[str, int]:
        answer = next(self._answers)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def upkeep(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Upkeep()
    monkeypatch.setattr("scenarios.cli.upkeep._upkeep", lambda *_: made)


@pytest.mark.usefixtures("upkeep")
def test_upkeep_that_goes_on_says_what_went_wrong_and_tries_again() -> None:
    ran = CliRunner().invoke(expire, ["--every", "0.1"])
    assert (ran.exit_code, ran.stdout) == (1, "bronze: 2 snapshots fewer\n")
    assert ran.stderr.startswith("keystone: the store is away; trying again in 0.1 s\n")


@pytest.mark.usefixtures("upkeep")
def test_upkeep_that_is_done_once_fails_with_what_went_wrong() -> None:
    ran = CliRunner().invoke(expire, [])
    assert isinstance(ran.exception, TargetError)
    assert ran.output == ""
