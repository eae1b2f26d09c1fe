"""A part of the stack: one child process with a log, started, watched, stopped and killed by the supervisor."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenarios.targets.embedded.parent_death import end_with_parent
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import PartState

_LOG_LINES = 12
LOOK_S = 0.02


@dataclass
class Part:
    """One child process and how to tell that it is ready.

    Attributes:
        name: as users write it: `kafka`, `aws`, `ingest`, `writer-1`.
        command: argument list; the first is a path.
        log: where its output goes; a restart appends.
        ready: called again and again after the start until it returns True.
        environment: added to the supervisor's own.
        first_environment: beside the others, for its first start only.
        folder: its working directory, if not the supervisor's.
        user: who it runs as, with that user's group alone, if not as the supervisor does; needs root.
        clear: called before each start, to put away what a process that was killed left behind.
        stop_signal: what its operator would send to stop it.
        stop_timeout_s: how long that may take before SIGKILL follows.
        deaths: how often it ended by itself.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    first_environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    user: str | None = None
    clear: Callable[[], None] = lambda: None
    stop_signal: signal.Signals = signal.SIGTERM
    start_timeout_s: float = 30.0
    stop_timeout_s: float = 20.0
    state: PartState = "stopped"
    deaths: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _log_start: int = 0

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def spawn(self) -> None:
        """Start the process without waiting until it is ready. Nothing happens if it lives already.

        The kernel kills the child when the thread that called this ends: no stack outlives its supervisor.
        """
        if self.pid is not None:
            return
        self.clear()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment, **self.first_environment},
                cwd=self.folder,
                user=self.user,
                group=self.user and pwd.getpwnam(self.user).pw_gid,
                extra_groups=[] if self.user else None,
                # Runs after the change of user, which makes the kernel forget what is arranged here.
                preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - see there
            )
        self.state, self.first_environment = "starting", {}

    def wait_ready(self) -> None:
        """Wait until the spawned process is ready.

        Raises:
            TargetError: it ended or took too long; with the last lines of its log.
        """
        for _ in self.becoming_ready():
            time.sleep(LOOK_S)

    def becoming_ready(self) -> Iterator[None]:
        """The same in steps, with other work between them."""
        deadline = time.monotonic() + self.start_timeout_s
        while not self.ready():
            if self.pid is None:
                self.notice_death()
                raise TargetError(self.obituary())
            if time.monotonic() > deadline:
                raise TargetError(f"{self.name} was not ready within {self.start_timeout_s:.0f} s\n{self._log_tail()}")
            yield
        self.state = "running"

    def has_said(self, text: str) -> bool:
        """Whether `text` is in what it wrote to its log since it was spawned."""
        return text in self._output()

    def run_to_end(self, check: Callable[[], None]) -> str:
        """Spawn, wait for the end, return what it printed. For a part that has a job to do and ends.

        Args:
            check: called while waiting; raises to give up.

        Raises:
            TargetError: it failed or took too long.
        """
        self.spawn()
        return self.finish(check)

    def finish(self, check: Callable[[], None] = lambda: None) -> str:
        """The rest of run_to_end, for a part that was spawned before."""
        deadline = time.monotonic() + self.start_timeout_s
        try:
            while self.pid is not None:
                check()
                if time.monotonic() > deadline:
                    raise TargetError(f"{self.name} took over {self.start_timeout_s:.0f} s\n{self._log_tail()}")
                time.sleep(0.05)
        finally:
            self.kill()
        if self._process is None or self._process.returncode != 0:
            raise TargetError(self.obituary())
        return self._output()

    def stopping(self) -> Iterator[None]:
        """Its stop signal, then SIGKILL if that is not obeyed in time; a frozen process is woken first. In steps, with
        other work between them."""
        return self._ending(self.stop_signal, "stopped")

    def kill(self) -> None:
        """SIGKILL."""
        for _ in self._ending(signal.SIGKILL, "killed"):
            time.sleep(LOOK_S)

    def notice_death(self) -> bool:
        """Whether it ended by itself since the last look."""
        if self.state in ("starting", "running") and self.pid is None:
            self.state = "died"
            self.deaths += 1
            return True
        return False

    def obituary(self) -> str:
        """What is known of its end: how, and the last lines of its log."""
        code = self._process.returncode if self._process is not None else None
        how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"
        return f"{self.name} died ({how}); the end of {self.log}:\n{self._log_tail()}"

    def _ending(self, how: signal.Signals, state: PartState) -> Iterator[None]:
        process = self._process
        if process is None or process.poll() is not None:
            self.state = state if self.state != "died" else "died"
            return
        self.state = "stopping"
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        deadline = time.monotonic() + self.stop_timeout_s
        while process.poll() is None:
            if time.monotonic() > deadline:
                process.kill()
            yield
        self.state = state

    def _output(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _log_tail(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        except OSError as error:
            return f"  (its log cannot be read: {error.strerror})"
        return "\n".join(f"  {line}" for line in lines) or "  (its log is empty)"
