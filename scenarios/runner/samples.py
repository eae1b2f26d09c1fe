"""What is looked at again and again during a run: the parts' processes, the queues, the generator's counts."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
import pyarrow as pa

from scenarios.targets.errors import TargetError
from scenarios.targets.interface import PartStatus

EVERY_S: Final = 0.5
KAFKA_QUEUE: Final = "kafka: not committed by the writers"


@dataclass(frozen=True, slots=True)
class PartSample:
    """One part's process at one moment; `cpu_s` is what it and those that it started have used since it began."""

    at_ns: int
    part: str
    pid: int
    cpu_s: float
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class QueueSample:
    """How many events or records waited in one place at one moment."""

    at_ns: int
    queue: str
    length: int


@dataclass(frozen=True, slots=True)
class LoadSample:
    """The generator's counts since its start, at one moment."""

    at_ns: int
    due: int
    sent: int
    acked: int
    failed: int
    unknown: int


@dataclass
class Samples:
    """All that was seen, in the order of time."""

    parts: list[PartSample] = field(default_factory=list)
    queues: list[QueueSample] = field(default_factory=list)
    load: list[LoadSample] = field(default_factory=list)
    deaths: dict[str, int] = field(default_factory=dict)

    def tables(self) -> dict[str, pa.Table]:
        """As the run record has them: a Parquet file's name, and its rows."""
        return {
            "parts": _table(self.parts, PartSample),
            "queues": _table(self.queues, QueueSample),
            "load": _table(self.load, LoadSample),
        }


class Sampler:
    """Looks twice a second, in a thread of its own, from start to stop."""

    def __init__(
        self,
        parts: Callable[[], Sequence[PartStatus]],
        lag: Callable[[], int | None],
        now_ns: Callable[[], int],
        generators: Mapping[str, int],
    ) -> None:
        """Prepare.

        Args:
            parts: the target's parts now; may raise TargetError.
            lag: records that the writers have not committed; None when that cannot be told.
            generators: the load generator's processes, by name.
        """
        self.samples = Samples()
        self.lag: int | None = None
        self._parts = parts
        self._lag = lag
        self._now_ns = now_ns
        self._generators = generators
        self._died_before: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)

    def start(self) -> None:
        """Begin, with a first look; deaths count from here."""
        self._look()
        self._died_before, self.samples.deaths = self.samples.deaths, {}
        self._thread.start()

    def stop(self) -> Samples:
        """End, with a last look; may be called again."""
        if not self._stop.is_set():
            self._stop.set()
            self._thread.join()
            self._look()
        return self.samples

    def count_load(self, due: int, sent: int, acked: int, failed: int, unknown: int) -> None:
        """Note the generator's counts; called by whoever is told of them."""
        now_ns = self._now_ns()
        self.samples.load.append(LoadSample(now_ns, due, sent, acked, failed, unknown))
        self.samples.queues.append(QueueSample(now_ns, "generator: due and not sent", due - sent))
        self.samples.queues.append(
            QueueSample(now_ns, "stream: sent and not settled", max(sent - acked - failed - unknown, 0))
        )

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self._look()

    def _look(self) -> None:
        try:
            parts = self._parts()
        except TargetError:
            # The runner's own look at the target's health says it; a sample less is no news.
            return
        for part in parts:
            deaths = part.deaths - self._died_before.get(part.name, 0)
            if deaths:
                self.samples.deaths[part.name] = deaths
            if part.pid is not None:
                self.samples.parts += _process(part.name, part.pid, self._now_ns(), _children(part.pid))
        for name, pid in self._generators.items():
            # Without its children, of which one may be the target itself.
            self.samples.parts += _process(name, pid, self._now_ns(), None)
        self.lag = self._lag()
        if self.lag is not None:
            self.samples.queues.append(QueueSample(self._now_ns(), KAFKA_QUEUE, self.lag))


def _process(name: str, pid: int, now_ns: int, children: Sequence[int] | None) -> Iterator[PartSample]:
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times, memory = process.cpu_times(), process.memory_info()
        cpu_s = times.user + times.system
        if children is not None:
            cpu_s += times.children_user + times.children_system + sum(map(_cpu_s, children))
        yield PartSample(now_ns, name, pid, cpu_s, memory.rss)
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return


def _children(pid: int) -> list[int]:
    """A Postgres works in a process for each connection."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _cpu_s(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0.0  # in its parent's account by now
    return times.user + times.system


def _table(rows: Sequence[object], kind: type) -> pa.Table:
    types = {"at_ns": pa.int64(), "cpu_s": pa.float64(), "part": pa.string(), "queue": pa.string()}
    names: list[str] = list(kind.__slots__)  # type: ignore[attr-defined]
    return pa.table(
        {name: pa.array([getattr(row, name) for row in rows], types.get(name, pa.int64())) for name in names}
    )
