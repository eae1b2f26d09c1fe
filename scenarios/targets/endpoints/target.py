"""A stack that runs already, somewhere: load, audit and measurement reach it, its processes are out of reach."""

from pathlib import Path

from scenarios.targets.endpoints.file import read_endpoints
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Ability, PipelineSettings, Readings, TargetStatus


class EndpointsTarget:
    """See scenarios.targets.interface.Target. It has no parts: there is none that could be broken or watched."""

    abilities: frozenset[Ability] = frozenset()

    def __init__(self, path: Path) -> None:
        """Read the endpoints from a file.

        Raises:
            InvalidScenario: the file says what is not allowed.
        """
        self._path = path
        self._endpoints = read_endpoints(path)

    @property
    def name(self) -> str:
        """See Target."""
        return f"endpoints of {self._path.name}"

    def status(self) -> TargetStatus:
        """See Target."""
        return TargetStatus(str(self._path), None, self._endpoints, [], object_store=None)

    def readings(self) -> Readings:
        """See Target."""
        return Readings(None, None)

    def stop_part(self, name: str) -> None:
        """See Target."""
        raise self._out_of_reach(f"{name} cannot be stopped")

    def start_part(self, name: str) -> None:
        """See Target."""
        raise self._out_of_reach(f"{name} cannot be started")

    def kill_part(self, name: str) -> None:
        """See Target."""
        raise self._out_of_reach(f"{name} cannot be killed")

    def configure(self, pipeline: PipelineSettings | None) -> None:
        """See Target."""
        if pipeline is not None:
            raise self._out_of_reach("the pipeline cannot be configured")

    def _out_of_reach(self, what: str) -> TargetError:
        return TargetError(f"{what}: {self._path} names endpoints, not processes; do it where they run")
