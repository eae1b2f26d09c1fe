"""A part that died is noticed, at most one look a second."""

import pytest

from scenarios.targets.errors import TargetError
from scenarios.targets.health import HealthWatch
from scenarios.targets.interface import (
    Ability,
    Endpoints,
    PartState,
    PartStatus,
    PipelineSettings,
    PostgresEndpoint,
    Readings,
    S3Endpoint,
    TargetStatus,
)

S3 = S3Endpoint("http://h:3", "a", "s", "r")
POSTGRES = PostgresEndpoint("h", 4, 5, "d", "u", "p")
ENDPOINTS = Endpoints("h:1", "h:2", "http://h:3", S3, POSTGRES, "t", "g", "v")


class Target:
    """Counts its looks; its writer may be dead."""

    name = "test"

    def __init__(self) -> None:
        self.looks = 0
        self.problem: str | None = None

    abilities: frozenset[Ability] = frozenset()

    def status(self) -> TargetStatus:
        self.looks += 1
        state: PartState = "died" if self.problem else "stopped"
        return TargetStatus("dir", 1, ENDPOINTS, [PartStatus("writer-1", state, None, "log", self.problem)], None)

    def readings(self) -> Readings:
        raise NotImplementedError

    def stop_part(self, name: str) -> None:
        raise NotImplementedError

    start_part = kill_part = stop_part

    def configure(self, pipeline: PipelineSettings | None) -> None:
        raise NotImplementedError


def test_a_part_that_died_ends_the_watch() -> None:
    target = Target()
    target.problem = "writer-1 died (signal SIGKILL)"
    with pytest.raises(TargetError, match="writer-1 died"):
        HealthWatch(target, now_s=lambda: 5.0).look()


def test_a_part_stopped_on_purpose_does_not() -> None:
    HealthWatch(Target(), now_s=lambda: 5.0).look()


def test_the_target_is_asked_once_a_second() -> None:
    target, now = Target(), [0.0]
    watch = HealthWatch(target, now_s=lambda: now[0])
    for tenth in range(25):
        now[0] = 5.0 + tenth / 10
        watch.look()
    assert target.looks == 3
