"""Postgres: its data folder, its settings, and the command that runs it.

The state folder may lie below one that only root may enter, while Postgres runs as somebody else. So whoever starts it
puts it into its data folder; there it opens the folder, and from then on names it by that descriptor. (The working
directory itself would not do: Postgres 15 leaves it while it starts, and finds no way back.)
"""

import shutil
import time
from contextlib import suppress
from pathlib import Path

import psutil

from scenarios.targets.embedded.postgres.account import make_private
from scenarios.targets.errors import TargetError

USER = "keystone"
DATABASE = "keystone"
END_TIMEOUT_S = 10.0
_HERE = "/proc/self/fd/9"
_FROM_HERE = ["/bin/sh", "-c", 'exec 9< . && cd / && exec "$0" "$@"']

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # A commit is safe from the death of the process, not from that of the machine: the stack's data is worth nothing
    # after it.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "8MB",
    "max_wal_size": "64MB",
    # Small: one machine, one user.
    "shared_buffers": "32MB",
    "max_connections": "40",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def make_data_folder(folder: Path, password: str, user: str | None) -> Path:
    """Make `folder` with an empty data folder and the password's file, both for `user`; return the data folder."""
    make_private(folder, user)
    make_private(folder / "password", user, password)
    return make_private(folder / "data", user)


def initdb_command() -> list[str]:
    """Fills the data folder, to be run in it. Takes half a second, since nothing is synced to the disk."""
    return [
        *[*_FROM_HERE, _find("initdb"), "--pgdata", _HERE, "--username", USER, "--pwfile", f"{_HERE}/../password"],
        *["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--wal-segsize", "1"],
    ]


def server_command(port: int) -> list[str]:
    """Runs Postgres, to be run in its data folder."""
    settings = SETTINGS | {"port": str(port)}
    return [*_FROM_HERE, _find("postgres"), "-D", _HERE, *[f"--{name}={value}" for name, value in settings.items()]]


def clear(data: Path) -> None:
    """End what a killed Postgres left running, and remove its lock file, whose number may be another process's by now.

    The children of a killed Postgres end by themselves, but not at once, and until then a new one refuses to start.

    Raises:
        TargetError: one does not end.
    """
    deadline = time.monotonic() + END_TIMEOUT_S
    while left := [process for process in psutil.process_iter() if _works_in(process, data)]:
        if time.monotonic() > deadline:
            raise TargetError(f"processes {[process.pid for process in left]} of a killed Postgres do not end")
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.02)
    (data / "postmaster.pid").unlink(missing_ok=True)


def find_server() -> str:
    """Path of the `postgres` command.

    Raises:
        TargetError: it is not installed.
    """
    return _find("postgres")


def _find(command: str) -> str:
    """Debian keeps Postgres's own commands off PATH, in a folder for each version; the newest is taken."""
    installed = Path("/usr/lib/postgresql").glob(f"*/bin/{command}")
    newest = max(installed, key=lambda path: int(path.parts[-3]), default=None)
    found = str(newest) if newest else shutil.which(command)
    if found is None:
        raise TargetError(f"no `{command}` found; the stack needs Postgres: apt-get install postgresql")
    return found


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Not so for one that ended and that nobody has asked about yet."""
    try:
        return process.cwd() == str(folder.resolve())
    except psutil.Error:
        return False
