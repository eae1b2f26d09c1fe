from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Buffer

Row = tuple[str, int | None, bool]
"""Payload, price in cents, spoilt."""

BAD_ROW_KINDS: list[tuple[str, bool]]
"""Name, and whether such a row cannot be typed."""

class EventBlock:
    """Events ready to send."""

    def __init__(self, rows: Sequence[Row]) -> None: ...
    @staticmethod
    def of_buffers(ends: NDArray[np.int64], data: Buffer, price_cents: NDArray[np.int64]) -> EventBlock:
        """Payloads that lie one after the other in `data`, number i from ends[i] to ends[i + 1].

        A price of -2**63 is none. Raises ValueError for ends outside of the data.
        """

    def __len__(self) -> int: ...
    def rows(self) -> list[Row]: ...
    def every(self, step: int, first: int) -> EventBlock:
        """Each step-th event from number `first` on."""

class OrderGenerator:
    """Orders distributed as a profile says.

    Raises KeyError for a figure that is missing, ValueError for a wrong one.
    """

    def __init__(
        self,
        profile: Mapping[str, Any],
        *,
        seed: int,
        id_salt: int,
        first_day: int,
        day_weights: Sequence[float],
        purchased_at: int | None,
        bad_shares: Sequence[float],
    ) -> None: ...
    def next(self, count: int) -> EventBlock: ...

Cells = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Latencies that share a count: second after the plan's start, the least of them in microseconds, how many they are."""

class NoServer(ConnectionError):
    """Nobody answered in time."""

class LoadEngine:
    """The open-loop sender; see native/loadgen/load_engine.h."""

    def __init__(
        self,
        *,
        address: str,
        security: tuple[str, str, str, str] | None,
        producer: str,
        call: str,
        batch_events: int,
        batch_linger_s: float,
        connections: int,
        share_first: int,
        share_step: int,
        retries: int,
        max_open: int,
        in_flight: int,
        connect_timeout_s: float,
        ack_timeout_s: float,
        clock_anchor_ns: int,
    ) -> None: ...
    def connect(self) -> bool: ...
    def start_at(self, start_ns: int) -> None: ...
    def push(self, block: EventBlock, due_ns: NDArray[np.int64]) -> bool: ...
    def end(self) -> None: ...
    def stop(self) -> None: ...
    def give_up(self) -> None: ...
    def await_end(self, timeout_s: float) -> bool: ...
    def progress(self) -> tuple[int, int, int, int, int, Cells]: ...
    def take_settled(self) -> dict[str, NDArray[Any]]:
        """Columns of the oldest rows that nobody took, up to the first that is open; some thousand at a time."""

    def take_latencies(self) -> dict[str, Cells]:
        """Those that came since the last time, by name: ack, ack_raw, lateness."""

    def breaks(self) -> list[tuple[int, int, str]]: ...
    @property
    def stray_acks(self) -> int: ...
    @property
    def start_ns(self) -> int: ...
    @property
    def payload_bytes(self) -> int: ...
    @property
    def stopped(self) -> bool: ...
