"""Several processes, here or on other machines, that send one plan: each every N-th event, all from the same moment.

Fleet (here) ─► worker 1 ─┐
             ─► worker 2 ─┼─► server        records back to the Fleet, which makes one of them
             ─► worker N ─┘
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import numpy as np

from loadgen.blocks import Share
from loadgen.channel import AskTime, Channel, Ready, Stop, this_host
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
        self.settled = 0
        """Events that were sent and are settled, once they are."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for channel in self._channels:
            channel.close()

    def send(self, task: Task, *, clock: Clock, progress: Progress, folder: Path) -> SendLog:
        """Send a task, once, a share by each; the record is as loadgen.send gives it.

        Ctrl-C ends the plan early, a second one all.

        Raises:
            LoadgenError: as loadgen.send does, or a worker went.
        """
        with ExitStack() as files, ThreadPoolExecutor(len(self._channels), "fleet") as pool:
            start = _Start(len(self._channels), clock)
            talks = [
                _Talk(
                    channel,
                    replace(task, share=Share(index, len(self._channels))),
                    clock,
                    start,
                    files.enter_context(RowFile(folder)),
                )
                for index, channel in enumerate(self._channels)
            ]
            talking = [pool.submit(talk.run) for talk in talks]
            interrupted = self._wait(talking, start, lambda: progress(merge_sent([talk.take_sent() for talk in talks])))
            log = merge_logs([future.result() for future in talking], folder)
        self.settled = log.sent
        return replace(log, stopped=log.stopped or interrupted)

    def _wait(self, talking: "list[Future[SendLog]]", start: "_Start", report: Callable[[], None]) -> bool:
        """Until all have given their records; whether Ctrl-C came meanwhile.

        Raises:
            LoadgenError: one failed; then none goes on.
        """
        interrupted = False
        try:
            while True:
                try:
                    done, open_ = wait(talking, PROGRESS_SECONDS, FIRST_EXCEPTION)
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
        except BaseException:  # raised again
            start.abort()
            for channel in self._channels:
                channel.close()
            raise

    def _say_stop(self) -> None:
        for channel in self._channels:
            # One that is gone is found out by whoever talks to it.
            with suppress(OSError):
                channel.send(Stop())


class _Start:
    """The moment at which all begin, known once all are ready."""

    def __init__(self, workers: int, clock: Clock) -> None:
        self._clock, self._at_ns = clock, 0
        self._barrier = threading.Barrier(workers, self._set)

    def wait(self) -> int:
        """Until all wait; raises threading.BrokenBarrierError if one never will."""
        self._barrier.wait()
        return self._at_ns

    def abort(self) -> None:
        self._barrier.abort()

    def _set(self) -> None:
        self._at_ns = self._clock.now_ns() + LEAD_NS


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
        except (EOFError, OSError):
            raise WorkerError(
                f"load worker {self.task.share.index + 1} went before its record was here: what it sent is not known"
            ) from None
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
