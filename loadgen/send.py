"""The open-loop sender: puts each event on a stream, into a batch or into a call of its own, at the moment it is due.

The plan never waits for the server. An event that cannot be sent when it is due is sent late, and its lateness is
recorded; an event that is due while there is no connection has failed. What was handed to the connection and not
answered is unknown: it may have left. Either is sent again, under the same number, if the client is one that does so.

    events ─► blocks with due times ─► keystone_native.LoadEngine ─► server
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path

import numpy as np
from keystone_native import LoadEngine, NoServer

from loadgen.arrivals import Arrivals
from loadgen.blocks import Share, planned_blocks
from loadgen.cell_file import CellFiles
from loadgen.client import Client
from loadgen.clock import Clock
from loadgen.errors import NoServerError
from loadgen.events import Event
from loadgen.row_file import RowFile, batch_of
from loadgen.send_log import Latencies, SendLog, Sent, StreamBreak

Progress = Callable[[Sent], None]
Start = Callable[[], int]

PROGRESS_SECONDS = 0.2
MOST_PIECES = 64


def send(
    events: Iterator[Event],
    arrivals: Arrivals,
    client: Client,
    *,
    start: Start | None = None,
    clock: Clock | None = None,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    folder: Path | None = None,
) -> SendLog:
    """Send the client's share of the events as `arrivals` plans them, and return what became of each.

    The plan's time begins once the server answers and the first events are read; it ends early where the events end.
    `start` is asked once the server answers, may wait, and says when the plan's time begins, in nanoseconds since 1970
    UTC; without it that is at once.

    `stop`, or Ctrl-C in the calling thread, ends the plan early; answers are awaited as at its end, and nothing is sent
    again. A second Ctrl-C gives up waiting for acks. `progress` is called in the calling thread, about five times a
    second and once at the end. What became of the events lies in a nameless file in `folder`, or where temporary files
    do.

    Raises NoServerError if nobody answers within the client's `connect_timeout_s`, and whatever the events raise while
    they are taken, after what was sent has been waited for.
    """
    engine = _engine_of(client, clock or Clock())
    with RowFile(folder) as row_file, CellFiles(folder) as cell_files:
        found = _Found(engine, row_file, cell_files, client.share)
        # Threads of their own, so that Ctrl-C, which reaches this one, never cuts a source or a row in the middle.
        with ThreadPoolExecutor(2, thread_name_prefix="loadgen") as pool:

            def look() -> None:
                pool.submit(found.gather).result()
                if progress is not None:
                    progress(_sent_so_far(engine))

            try:
                feeding = pool.submit(_feed, engine, events, arrivals, client.share, start)
                interrupted = _wait(engine, stop or threading.Event(), look)
            finally:
                engine.stop()
                engine.give_up()
            try:
                feeding.result()
            except NoServer:
                within = f"{client.connect_timeout_s:g} s"
                raise NoServerError(f"no ingest server answers at {client.server} within {within}") from None
            look()
        return found.log(client.producer, stopped=engine.stopped or interrupted)


def _engine_of(client: Client, clock: Clock) -> LoadEngine:
    return LoadEngine(
        address=client.address,
        security=None if client.security is None else astuple(client.security),
        producer=client.producer,
        call=client.call,
        batch_events=client.batch_events,
        batch_linger_s=client.batch_linger_s,
        connections=client.connections,
        share_first=client.share.index,
        share_step=client.share.of,
        retries=client.retries,
        max_open=client.max_open,
        in_flight=client.in_flight or 0,
        connect_timeout_s=client.connect_timeout_s,
        ack_timeout_s=client.ack_timeout_s,
        clock_anchor_ns=clock.anchor_ns,
    )


class _Found:
    """What became of the events, and how long it took: taken from the engine as it is known."""

    def __init__(self, engine: LoadEngine, row_file: RowFile, cell_files: CellFiles, share: Share) -> None:
        self._engine, self._row_file, self._cell_files, self._share = engine, row_file, cell_files, share
        self._count = 0

    def gather(self) -> None:
        """Take the latencies, and much of what is settled, but come to an end while more is."""
        self._take_latencies()
        for _ in range(MOST_PIECES):
            if not self._take_rows():
                break

    def log(self, producer: str, *, stopped: bool) -> SendLog:
        """All of it, once every event is settled."""
        while self._take_rows():
            pass
        self._take_latencies()
        return SendLog(
            producer=producer,
            table=self._row_file.table(),
            start_ns=self._engine.start_ns,
            latencies=self._cell_files.latencies(),
            breaks=tuple(StreamBreak(*broken) for broken in self._engine.breaks()),
            stray_acks=self._engine.stray_acks,
            stopped=stopped,
            payload_bytes=self._engine.payload_bytes,
        )

    def _take_rows(self) -> int:
        columns = self._engine.take_settled()
        count = len(columns["outcome"])
        if count:
            numbers = np.arange(self._count, self._count + count, dtype=np.int64)
            columns["seq"] = self._share.index + self._share.of * numbers
            self._row_file.write(batch_of(columns))
            self._count += count
        return count

    def _take_latencies(self) -> None:
        self._cell_files.write({name: Latencies(*cells) for name, cells in self._engine.take_latencies().items()})


def _sent_so_far(engine: LoadEngine) -> Sent:
    planned, sent, ok, failed, unknown, latencies = engine.progress()
    return Sent(planned, sent, ok, failed, unknown, Latencies(*latencies))


def _feed(engine: LoadEngine, events: Iterator[Event], arrivals: Arrivals, share: Share, start: Start | None) -> None:
    """Hand all events over, as far ahead as the engine takes them."""
    try:
        if engine.connect():
            if start is not None:
                engine.start_at(start())
            for block, due_ns in planned_blocks(events, arrivals, share):
                if not engine.push(block, due_ns):
                    return
    finally:
        engine.end()


def _wait(engine: LoadEngine, stop: threading.Event, report: Callable[[], None]) -> bool:
    """Until every event is settled; whether Ctrl-C came meanwhile, be it after the last event was sent."""
    interrupted = False
    while True:
        try:
            if engine.await_end(PROGRESS_SECONDS):
                return interrupted
            report()
            if stop.is_set():
                engine.stop()
        except KeyboardInterrupt:
            engine.stop()
            if interrupted:
                engine.give_up()
            interrupted = True
