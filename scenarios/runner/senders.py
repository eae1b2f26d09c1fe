"""Who sends a run's load: this process, several of its own, some on other machines, or Locust's users."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from loadgen.fleet import Fleet
from loadgen.locust_fleet import locust_fleet
from loadgen.rendezvous import local_fleet, remote_fleet

Engine = Literal["native", "locust"]


@dataclass(frozen=True)
class Elsewhere:
    """Where workers of other machines come to, and the key that they must know."""

    address: tuple[str, int]
    key: bytes


@dataclass(frozen=True)
class Senders:
    """Who sends.

    Attributes:
        workers: processes; with the native engine 1 is this one.
        elsewhere: None: they are started on this machine.
    """

    engine: Engine = "native"
    workers: int = 1
    elsewhere: Elsewhere | None = None

    @contextmanager
    def gathered(self, folder: Path, show: Callable[[str], None]) -> Iterator[Fleet | None]:
        """The workers, ready for a task; None where this process sends by itself.

        Args:
            folder: where Locust's own files are left.
            show: told what is waited for.

        Raises:
            LoadgenError: they do not come.
        """
        if self.engine == "locust":
            show(f"setup: {self.workers} of Locust's workers")
            with locust_fleet(self.workers, folder, lambda text: show(f"locust: {text}")) as fleet:
                yield fleet
        elif self.elsewhere is not None:
            host, port = self.elsewhere.address
            waiting = f"{self.workers} load workers at {host}:{port} (keystone load-worker)"

            def say(come: int) -> None:
                show(f"setup: {come} of {waiting}")

            with remote_fleet(self.elsewhere.address, self.workers, self.elsewhere.key, say) as fleet:
                yield fleet
        elif self.workers > 1:
            show(f"setup: {self.workers} load workers")
            with local_fleet(self.workers) as fleet:
                yield fleet
        else:
            yield None


ALONE: Final = Senders()
