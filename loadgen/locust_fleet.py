"""Load workers whose events are sent by Locust's users, with Locust's own master, page and CSV files beside them."""

import csv
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from loadgen.errors import WorkerError
from loadgen.fleet import Fleet
from loadgen.rendezvous import called_together, start_apart

if TYPE_CHECKING:
    import subprocess

USERS_PER_WORKER = 100
PREFIX = "locust"
FIGURES_S = 10.0
"""Workers tell Locust's master what they did every three seconds, and it writes that down every second."""
LOCUSTFILE = Path(__file__).with_name("locustfile.py")


@contextmanager
def locust_fleet(workers: int, folder: Path, say: Callable[[str], None]) -> Iterator[Fleet]:
    """So many workers on this machine, with a hundred users each. Locust's own figures are left in `folder`:
    locust_*.csv and locust.log.

    Args:
        say: told where Locust's page is.

    Raises:
        WorkerError: Locust is not installed, or a worker does not come.
    """
    if find_spec("locust") is None:
        raise WorkerError("Locust is not installed; install it with: pip install 'keystone-nexus[locust]'")
    port, page = _free_ports()
    with (folder / "locust.log").open("wb") as log:
        started: list[subprocess.Popen[bytes]] = []

        def start(environment: Mapping[str, str]) -> "list[subprocess.Popen[bytes]]":
            for arguments in [_master(port, page, workers, folder), *[_worker(port)] * workers]:
                command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments]
                started.append(start_apart(command, environment, log.fileno()))
            return started

        try:
            with called_together(workers, start) as fleet:
                say(f"page at http://127.0.0.1:{page}")
                try:
                    yield fleet
                    _await_figures(folder / f"{PREFIX}_stats.csv", fleet.sent, say)
                finally:
                    # The master sends its workers home.
                    started[0].terminate()
        except WorkerError as error:
            raise WorkerError(f"{error}; Locust's own words are in {log.name}") from error


def _master(port: int, page: int, workers: int, folder: Path) -> list[str]:
    users = str(USERS_PER_WORKER * workers)
    return [
        *("--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", str(port)),
        *("--expect-workers", str(workers), "--autostart", "--users", users, "--spawn-rate", users),
        *("--web-host", "127.0.0.1", "--web-port", str(page)),
        *("--csv", str(folder / PREFIX), "--csv-full-history"),
    ]


def _await_figures(stats: Path, requests: int, say: Callable[[str], None]) -> None:
    """Until Locust's own file has as many requests: what is not in it when its master goes is lost."""
    deadline = time.monotonic() + FIGURES_S
    while (written := _requests_in(stats)) < requests:
        if time.monotonic() > deadline:
            say(f"{stats} has {written} of {requests} requests")
            return
        time.sleep(0.1)


def _requests_in(stats: Path) -> int:
    with stats.open(newline="") as file:
        return sum(int(row["Request Count"]) for row in csv.DictReader(file) if row["Name"] == "Aggregated")


def _worker(port: int) -> list[str]:
    return ["--worker", "--master-host", "127.0.0.1", "--master-port", str(port)]


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return int(one.getsockname()[1]), int(other.getsockname()[1])
