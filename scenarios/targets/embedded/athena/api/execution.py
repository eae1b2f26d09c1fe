"""One execution of a statement: what was asked, how far it is, and what came of it."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal, Protocol, TypeAlias

from scenarios.targets.embedded.athena.api.failures import SCANNED_TOO_MUCH, Failure
from scenarios.targets.embedded.athena.api.kinds import Extension
from scenarios.targets.embedded.athena.engine import Cancelled
from scenarios.targets.embedded.athena.statement import Answer, Kind, Usage

End: TypeAlias = Literal["SUCCEEDED", "FAILED", "CANCELLED"]
State: TypeAlias = Literal["QUEUED", "RUNNING"] | End
Ended: TypeAlias = Callable[["Execution", End], None]
"""Is told of an execution that comes to its end."""


@dataclass(frozen=True)
class Submission:
    """What was asked.

    Attributes:
        output: the folder of the result, a URL that ends with a slash.
        result_configuration: that of the request or of the workgroup, whichever counts.
        reuse_minutes: how old the result of an earlier execution may be that is taken instead; None: not at all.
        cutoff_bytes: how much may be scanned; None: as much as it takes.
        asker: the part of the stack that asks.
    """

    query: str
    database: str
    catalog: str
    workgroup: str
    parameters: tuple[str, ...]
    output: str
    result_configuration: Mapping[str, Any] = field(hash=False, default_factory=dict)
    reuse_minutes: int | None = None
    cutoff_bytes: int | None = None
    asker: str = "other"

    def question(self, text: str, parameters: tuple[str, ...]) -> tuple[object, ...]:
        """What two executions must have in common to have the same result.

        Args:
            text, parameters: of the statement that is run, which of EXECUTE is the prepared one.
        """
        return text, parameters, self.database, self.catalog, self.workgroup


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        location: of the result's file.
        columns: as ColumnInfo.
        size, rows: of the file, in bytes and lines that are rows; both 0 where there is no file.
        updated_rows: how many were written.
        manifest: URL of the list of files that were written.
    """

    location: str
    columns: Sequence[Mapping[str, Any]] = ()
    size: int = 0
    rows: int = 0
    updated_rows: int = 0
    manifest: str | None = None


@dataclass
class Times:
    """Seconds of the monotonic clock; what has not come yet is None."""

    submitted: float
    started: float | None = None
    planned: float | None = None
    read: float | None = None
    ended: float | None = None

    def milliseconds(self, now: float) -> dict[str, int]:
        """As the statistics have them, up to now where it is not over."""
        end = self.ended or now
        start = self.started or end
        read = self.read or end
        return {
            "QueryQueueTimeInMillis": _ms(start - self.submitted),
            "QueryPlanningTimeInMillis": _ms((self.planned or read) - start),
            "EngineExecutionTimeInMillis": _ms(read - start),
            "ServiceProcessingTimeInMillis": _ms(end - read),
            "TotalExecutionTimeInMillis": _ms(end - self.submitted),
        }


class Running(Protocol):
    """A statement that an engine runs; see athena/engine.py."""

    def answer(self) -> Answer:
        """What it comes to."""

    def cancel(self) -> None:
        """Stop it."""

    def close(self) -> None:
        """Give up what it holds."""


class _LimitedUsage(Usage):
    """Calls out once more was scanned than may be."""

    def __init__(self, most_bytes: int | None, exceeded: Callable[[], None]) -> None:
        super().__init__()
        self._most_bytes = most_bytes
        self._exceeded = exceeded

    def scanned(self, count: int) -> None:
        super().scanned(count)
        if self._most_bytes is not None and self.scanned_bytes > self._most_bytes:
            self._exceeded()


class Execution:
    """Its state moves QUEUED, RUNNING, and then to one of three ends, where it stays. Any thread may call it.

    Args:
        sort: what sort of statement it is, see `kind_of`.
    """

    def __init__(self, asked: Submission, sort: tuple[Kind, str, Extension], ended: Ended) -> None:
        self.id = str(uuid.uuid4())
        self.asked = asked
        self.kind, self.name, extension = sort
        self.location = f"{asked.output}{self.id}{extension}"
        self.usage: Usage = _LimitedUsage(asked.cutoff_bytes, lambda: self.stop("CANCELLED", SCANNED_TOO_MUCH))
        self.outcome: Outcome | None = None
        self.failure: Failure | None = None
        self.reused = False
        self.question: tuple[object, ...] | None = None  # once it is known what is run
        self.state: State = "QUEUED"
        self.reason: str | None = None
        self.submitted_at = time.time()
        self.completed_at: float | None = None
        self.times = Times(time.monotonic())
        self._ended = ended
        self._stop: tuple[End, Failure] | None = None
        self._running: Running | None = None
        self._lock = Lock()

    @property
    def is_over(self) -> bool:
        """Whether it came to its end."""
        return self.state not in ("QUEUED", "RUNNING")

    @property
    def is_stopping(self) -> bool:
        """Whether it was stopped, and has not come to its end yet."""
        return self._stop is not None and not self.is_over

    def begin(self) -> bool:
        """From the queue; False if it was stopped there."""
        with self._lock:
            if self.state != "QUEUED":
                return False
            self.state, self.times.started = "RUNNING", time.monotonic()
            return True

    def attach(self, running: Running) -> None:
        """What is to be cancelled when it is stopped.

        Raises:
            Cancelled: it was stopped already.
        """
        with self._lock:
            self._running = running
        self.check()

    def detach(self) -> None:
        """It is about to be closed, and from then on must not be cancelled."""
        with self._lock:
            self._running = None

    def check(self) -> None:
        """Go on?

        Raises:
            Cancelled: no, it was stopped.
        """
        if self._stop is not None:
            raise Cancelled

    def stop(self, state: End, why: Failure) -> None:
        """End it like this, as soon as may be; nothing happens if it is over, or stopped already."""
        with self._lock:
            if self._stop is not None or self.is_over:
                return
            self._stop = (state, why)
            if self.state == "QUEUED":
                self._end(state, why)
            if self._running is not None:
                self._running.cancel()

    def stopped(self) -> None:
        """It has ended because it was to."""
        with self._lock:
            if self._stop is not None:
                self._end(*self._stop)

    def succeed(self, outcome: Outcome) -> None:
        """It has come to something."""
        with self._lock:
            self.outcome, self.location = outcome, outcome.location
            self._end("SUCCEEDED", None)

    def fail(self, failure: Failure) -> None:
        """It went wrong."""
        with self._lock:
            self._end("FAILED", failure)

    def _end(self, state: End, failure: Failure | None) -> None:
        """Told before it can be seen, so that who sees it finds it counted."""
        if self.is_over:
            return
        self.times.ended, self.completed_at = time.monotonic(), time.time()
        self.reason = failure.reason if failure else None
        self.failure = failure if state == "FAILED" else None
        try:
            self._ended(self, state)
        finally:
            self.state = state


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
