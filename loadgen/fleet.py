"""Several processes, here or on other machines, that send one plan: each every N-th event, all from the same moment.

Fleet (here) ─► worker 1 ─┐
             ─► worker 2 ─┼─► server        records back to the Fleet, which makes one of them
             ─► worker N ─┘
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from loadgen.blocks import Share
from loadgen.channel import AskTime, Channel, ChannelClosed, Ready, Stop, this_host
from loadgen.clock import Clock
from loadgen.errors import WorkerError
from loadgen.merging import merge_latencies, merge_logs, merge_sent
from loadgen.row_file import RowFile, from_bytes
from loadgen.send import PROGRESS_SECONDS, Progress
from loadgen.send_log import Latencies, SendLog, Sent
from loadgen.task import Task

LEAD_NS = 200_000_000
"""From the moment when all are ready to the plan's start: until then each must have heard of it."""

NOTHING = Latencies(*(np.zeros(0, np.int64) for _ in range(3)))


class Fleet:
    """Workers that have come and wait for a task. To be used in a `with`, at whose end they are gone."""

    def __init__(self, channels: Sequence[Channel], pids: Sequence[int]) -> None:
        """Take over channels whose workers have said hello.

        Args:
            pids: of those that were started for it, on this machine.
        """
        self._channels = channels
        self.pids = pids
        self.sent = 0
        """Events that may have left, once all is sent."""
        self._prepared: Prepared | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._prepared is not None:
            self._prepared.abandon()
        for channel in self._channels:
            channel.close()

    def prepare(self, task: Task, clock: Clock, folder: Path) -> "Prepared":
        """Give each worker its share of a task, and wait until all could begin.

        Raises:
            LoadgenError: one cannot, or went.
        """
        self._prepared = Prepared(self, self._channels, task, clock, folder)
        self._prepared.await_ready()
        return self._prepared


class Prepared:
    """A task whose workers wait for its start; to be sent once."""

    def __init__(self, fleet: Fleet, channels: Sequence[Channel], task: Task, clock: Clock, folder: Path) -> None:
        self._fleet, self._channels, self._folder = fleet, channels, folder
        self._start = _Start(len(channels), clock)
        self._files = ExitStack()
        self._pool = ThreadPoolExecutor(len(channels), "fleet")
        self._talks = [
            _Talk(channel, task.part(Share(index, len(channels))), clock, self._start, self._new_file())
            for index, channel in enumerate(channels)
        ]
        self._talking = [self._pool.submit(talk.run) for talk in self._talks]

    def await_ready(self) -> None:
        """Until all could begin; raises LoadgenError as Fleet.prepare does."""
        while not self._start.all_wait.wait(PROGRESS_SECONDS):
            for future in self._talking:
                if future.done():
                    future.result()

    def send(self, progress: Progress) -> SendLog:
        """Let all begin; the record is as loadgen.send gives it.

        Ctrl-C ends the plan early, a second one all.

        Raises:
            LoadgenError: as loadgen.send does, or a worker went.
        """
        try:
            self._start.go()
            interrupted = self._wait(lambda: progress(merge_sent([talk.take_sent() for talk in self._talks])))
            logs = [future.result() for future in self._talking]
            if not interrupted:
                _refuse_stopped(logs)
            merged = replace(merge_logs(logs, self._folder), stopped=interrupted)
        except BaseException:  # raised again
            self.abandon()
            raise
        self._tidy()
        self._fleet.sent = merged.sent
        return merged

    def abandon(self) -> None:
        """Nothing more is wanted: whoever talks or waits ends."""
        self._start.abort()
        for channel in self._channels:
            channel.close()
        self._tidy()

    def _tidy(self) -> None:
        self._pool.shutdown()
        self._files.close()

    def _wait(self, report: Callable[[], None]) -> bool:
        """Until all have given their records; whether Ctrl-C came meanwhile.

        Raises:
            LoadgenError: one failed; then none goes on.
        """
        interrupted = False
        while True:
            try:
                done, open_ = wait(self._talking, PROGRESS_SECONDS, FIRST_EXCEPTION)
                report()
            except KeyboardInterrupt:
                if interrupted:
                    raise
                interrupted = True
                self._say_stop()
                continue
            for future in done:
                future.result()
            if not open_:
                return interrupted

    def _say_stop(self) -> None:
        for channel in self._channels:
            # One that is gone is found out by whoever talks to it.
            with suppress(ChannelClosed):
                channel.send(Stop())

    def _new_file(self) -> RowFile:
        return self._files.enter_context(RowFile(self._folder))


def _refuse_stopped(logs: Sequence[SendLog]) -> None:
    for number, log in enumerate(logs, 1):
        if log.stopped:
            raise WorkerError(f"load worker {number} was stopped before the plan's end")


class _Start:
    """The moment at which all begin: known once all are ready, and told to."""

    def __init__(self, workers: int, clock: Clock) -> None:
        self._clock, self._at_ns = clock, 0
        self.all_wait, self._going = threading.Event(), threading.Event()
        self._barrier = threading.Barrier(workers, self.all_wait.set)
        self._is_aborted = False

    def wait(self) -> int:
        """Until all are to begin; when, on the clock. Raises threading.BrokenBarrierError if they never will."""
        self._barrier.wait()
        self._going.wait()
        if self._is_aborted:
            raise threading.BrokenBarrierError
        return self._at_ns

    def go(self) -> None:
        self._at_ns = self._clock.now_ns() + LEAD_NS
        self._going.set()

    def abort(self) -> None:
        self._is_aborted = not self._going.is_set()
        self._going.set()
        self._barrier.abort()


@dataclass
class _Talk:
    """What is said with one worker, in a thread of its own."""

    channel: Channel
    task: Task
    clock: Clock
    start: _Start
    file: RowFile
    _sent: Sent = field(default_factory=lambda: Sent(0, 0, 0, 0, 0, NOTHING))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> SendLog:
        """All of it, to the worker's record.

        Raises:
            LoadgenError: that of the worker, or it went.
        """
        try:
            self.channel.send((self.task, self.clock.anchor_ns, this_host()))
            while (answer := self._answer(self.channel.receive())) is None:
                pass
        except ChannelClosed:
            who = f"load worker {self.task.client.share.index + 1}"
            raise WorkerError(f"{who} went before its record was here: what it sent is not known") from None
        except threading.BrokenBarrierError:
            raise WorkerError("another load worker failed") from None
        return replace(answer, table=self.file.table())

    def take_sent(self) -> Sent:
        """How far the worker is; the latencies since the last look."""
        with self._lock:
            sent, self._sent = self._sent, replace(self._sent, latencies=NOTHING)
        return sent

    def _answer(self, message: object) -> SendLog | None:
        match message:
            case AskTime():
                self.channel.send(self.clock.now_ns())
            case Ready():
                self.channel.send(self.start.wait())
            case Sent():
                with self._lock:
                    self._sent = replace(message, latencies=merge_latencies([self._sent.latencies, message.latencies]))
            case bytes():
                for batch in from_bytes(message).to_batches():
                    self.file.write(batch)
            case SendLog():
                return message
            case Exception():
                raise message
        return None
