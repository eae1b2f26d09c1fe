"""What one sender is to do, whole or as one of several: all that it takes to send a plan, from any process."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loadgen.arrivals import Arrivals
from loadgen.blocks import WHOLE, Share
from loadgen.clock import Clock
from loadgen.events import Event
from loadgen.order_settings import OrderSettings
from loadgen.security import Security
from loadgen.send import CallKind, Progress, Start, send
from loadgen.send_log import SendLog
from loadgen.source import open_source


@dataclass(frozen=True)
class Task:
    """Events, times, and whom to send them to."""

    source: str
    orders: OrderSettings
    arrivals: Arrivals
    address: str
    producer: str
    call: CallKind
    connections: int
    retries: int = 0
    security: Security | None = None
    share: Share = WHOLE

    def events(self) -> Iterator[Event]:
        """All events of the plan, whatever the share.

        Raises:
            SourceError: they cannot be read.
        """
        return open_source(self.source, self.orders)

    def send(
        self,
        events: Iterator[Event],
        *,
        start: Start | None = None,
        clock: Clock | None = None,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
        folder: Path | None = None,
    ) -> SendLog:
        """Send the share of `events`, which are the task's own from the first; see loadgen.send."""
        return send(
            events,
            address=self.address,
            security=self.security,
            arrivals=self.arrivals,
            producer=self.producer,
            call=self.call,
            connections=self.connections,
            retries=self.retries,
            share=self.share,
            start=start,
            clock=clock,
            progress=progress,
            stop=stop,
            folder=folder,
        )
