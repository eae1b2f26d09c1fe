"""A client of the server under load: where it is, who sends, and how."""

from dataclasses import dataclass
from typing import Literal

from loadgen.blocks import WHOLE, Share
from loadgen.security import Security

CallKind = Literal["stream", "unary", "batch"]


@dataclass(frozen=True)
class Client:
    """Events go over the connections in turn. A batch leaves when it is full, or when the next event comes later than
    its first may wait for company.

    With `in_flight` the loop is closed: the plan says how many events there are, and each is due as soon as fewer than
    that many are open. The next is then held up by what is slow, which an open loop is there to show.

    An event that failed or is unknown, since its call or stream ended without an answer or with one that says so, is
    sent again up to `retries` times (at most 100), unless what is wrong is the event itself or who sends it: after
    about 0.1 s, and each time after twice as long, up to 5 s. It keeps its `seq` and the time at which it was intended.
    One that failed at last is unknown if an earlier try may have arrived.

    While more than `max_open` events wait to be sent or answered, further ones fail unsent, so that memory stays
    bounded.
    """

    address: str
    producer: str
    security: Security | None = None
    call: CallKind = "stream"
    connections: int = 1
    batch_events: int = 100
    batch_linger_s: float = 0.005
    in_flight: int | None = None
    retries: int = 0
    share: Share = WHOLE
    """Of the plan's events, where several send one plan."""
    connect_timeout_s: float = 10
    ack_timeout_s: float = 15
    """From when the last event was due."""
    max_open: int = 200_000

    @property
    def server(self) -> str:
        """The server's name in a sentence."""
        return f"{self.address!r}" if self.security is None else f"{self.address!r} over TLS"
