"""The one folder that holds all of a stack: settings, logs, Kafka's data, the control socket, stack.json.

A stack's data is only whole while it runs (the catalog lives in the emulation's memory), so a folder that a stack left
behind, after a crash or a failed start, is discarded whole by the next one. A folder that is not a stack's is
never touched.
"""

import fcntl
import json
import os
import shlex
import shutil
import time
from pathlib import Path
from typing import Any

from scenarios.targets.errors import TargetError

MARKER = "keystone-stack"
MIN_FREE_MIB = 256
LOCK_PATIENCE_S = 0.5
DEFAULT = Path(".keystone")


class StateDir:
    """Paths inside a stack's folder, and the lock that its supervisor holds while it lives."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def command(self, words: str) -> str:
        """A `keystone` command for this folder's stack, to be copied from a message."""
        folder = "" if self.path == DEFAULT.absolute() else f" --state-dir {shlex.quote(str(self.path))}"
        return f"keystone {words}{folder}"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def control_socket(self) -> Path:
        return self.path / "control.sock"

    @property
    def stack_file(self) -> Path:
        return self.path / "stack.json"

    @property
    def object_store(self) -> Path:
        """Where S3 keeps its objects, if it is not the emulation's memory."""
        return self.path / "s3"

    @property
    def athena(self) -> Path:
        """Where Athena logs its statements, and puts what does not fit into memory."""
        return self.path / "athena"

    @property
    def airflow(self) -> Path:
        """Where an Airflow that is served keeps its settings and its tasks' logs."""
        return self.path / "airflow-served"

    def log(self, part: str) -> Path:
        """Where a part's output goes."""
        return self.logs / f"{part}.log"

    def claim(self) -> None:
        """Make the folder anew, discarding what an earlier stack left, and lock it for this process.

        Raises:
            TargetError: another stack runs here, the folder is somebody else's, or the disk is full or read-only.
        """
        try:
            self._refuse_foreign_folder()
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock_or_refuse()
            self._empty()
            free_mib = shutil.disk_usage(self.path).free // 2**20
            if free_mib < MIN_FREE_MIB:
                raise TargetError(
                    f"{self.path} has {free_mib} MiB free, a stack needs {MIN_FREE_MIB} MiB at least; "
                    "free some space or choose another folder with --state-dir"
                )
            self.logs.mkdir()
        except OSError as error:
            raise TargetError(f"cannot use {self.path} as state folder: {error.strerror}; try --state-dir") from error

    def is_running(self) -> bool:
        """Whether a supervisor holds the lock now."""
        try:
            with (self.path / MARKER).open("rb") as lock:
                # Shared, so that those who only look do not see each other.
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return False
        return False

    def is_left(self) -> bool:
        """Whether a stack that is gone left its folder."""
        return (self.path / MARKER).exists() and not self.is_running()

    def owner(self) -> int:
        """The process that claimed the folder last."""
        return int((self.path / MARKER).read_text())

    def write_stack(self, stack: dict[str, Any]) -> None:
        """Replace stack.json in one step; it holds credentials, so nobody else may read it."""
        new = self.stack_file.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(stack, file, indent=2)
        new.replace(self.stack_file)

    def discard(self) -> None:
        """Remove the folder; only its owner may."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _refuse_foreign_folder(self) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise TargetError(f"{self.path} is a file; --state-dir needs a folder")
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / MARKER).exists():
            raise TargetError(
                f"{self.path} is not empty and no stack's folder (it has no file {MARKER!r}); "
                "it will not be overwritten: choose another with --state-dir"
            )

    def _lock_or_refuse(self) -> None:
        """Lock the marker; somebody's look at it may hold us up for a moment."""
        self._lock = os.open(self.path / MARKER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while not self._try_lock(self._lock):
            if time.monotonic() > deadline:
                raise TargetError(
                    f"a stack already runs in {self.path}; use it, end it with `{self.command('down')}`, or choose "
                    "another folder with --state-dir"
                )
            time.sleep(0.01)
        os.ftruncate(self._lock, 0)
        os.write(self._lock, str(os.getpid()).encode())

    def _try_lock(self, descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.name == MARKER:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
