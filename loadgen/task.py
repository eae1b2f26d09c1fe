"""What one sender is to do, whole or as one of several: all that it takes to send a plan, from any process."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from loadgen.arrivals import Arrivals
from loadgen.blocks import Share
from loadgen.client import Client
from loadgen.clock import Clock
from loadgen.events import Event
from loadgen.order_settings import OrderSettings
from loadgen.send import Progress, Start, send
from loadgen.send_log import SendLog
from loadgen.source import open_source


@dataclass(frozen=True)
class Task:
    """Events, times, and who sends them."""

    source: str
    orders: OrderSettings
    arrivals: Arrivals
    client: Client

    def part(self, share: Share) -> "Task":
        """The task of one of several senders."""
        return replace(self, client=replace(self.client, share=share))

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
        """Send the client's share of `events`, which are the task's own from the first; see loadgen.send."""
        return send(
            events,
            self.arrivals,
            self.client,
            start=start,
            clock=clock,
            progress=progress,
            stop=stop,
            folder=folder,
        )
