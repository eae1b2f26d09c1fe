"""A target's part as those who break it see it; implements chaos.fault.PartHandle."""

from scenarios.targets.interface import Target


class TargetPart:
    """One part of a target, by its name. Every look asks the target anew."""

    def __init__(self, target: Target, name: str) -> None:
        self.name = name
        self._target = target

    def pid(self) -> int | None:
        """See PartHandle."""
        return next((part.pid for part in self._target.status().parts if part.name == self.name), None)

    def start(self) -> None:
        """See PartHandle."""
        self._target.start_part(self.name)

    def stop(self) -> None:
        """See PartHandle."""
        self._target.stop_part(self.name)

    def kill(self) -> None:
        """See PartHandle."""
        self._target.kill_part(self.name)
