"""What became of the events that Locust's users sent: rows in the order of their events, in a file once they are known.

Users are given events in order and may send them, and have their answers, in any; what is held is what is open, what
came after it, and how often there was which latency.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from loadgen.cell_file import CellFiles
from loadgen.row_file import NONE, RowFile, batch_of
from loadgen.send_log import Counts, Latencies

OK, FAILED, UNKNOWN = range(3)
"""Outcomes, by their places in loadgen.row_file.OUTCOMES."""

OPEN, NEVER_SENT = 3, 4
"""And two that no file has: of a row that waits, and of one that nobody was left to send."""

EXACT_BITS: Final = 10
"""Latencies that agree in so many bits after the first share a count: within 0.1%."""

_NARROW: Final = {
    "outcome": np.int8,
    "spoilt": np.int8,
    "code": np.int32,
    "stream": np.int32,
    "partition": np.int32,
    "tries": np.int32,
}


@dataclass(slots=True)
class Row:
    """What became of one event, with the names that loadgen.row_file.batch_of takes."""

    seq: int
    intended_ns: int
    crc32c: int
    price_cents: int
    spoilt: int
    offered_ns: int = NONE
    sent_ns: int = NONE
    acked_ns: int = NONE
    outcome: int = OPEN
    code: int = 0
    stream: int = -1
    partition: int = -1
    offset: int = NONE
    tries: int = 1

    def hand_over(self, now_ns: int) -> None:
        """It goes out."""
        self.offered_ns = self.sent_ns = now_ns


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call ended with."""

    outcome: int
    code: int
    partition: int = -1
    offset: int = NONE

    def note(self, row: Row, now_ns: int) -> float:
        """Put it into the event's row; how many milliseconds it took."""
        row.acked_ns, row.outcome, row.code = now_ns, self.outcome, self.code
        row.partition, row.offset = self.partition, self.offset
        return (now_ns - row.sent_ns) / 1e6


class Rows:
    """The rows of a share; what is settled goes to the files."""

    def __init__(self, file: RowFile, cells: CellFiles) -> None:
        """None yet."""
        self.start_ns = 0
        """From when the seconds of latencies count."""
        self._file, self._cells = file, cells
        self._open: deque[Row] = deque()
        self._settled: list[Row] = []

    def add(self, row: Row) -> None:
        """The next in order."""
        self._open.append(row)

    def take_settled(self) -> None:
        """Let go of what is known, up to the first row that is open."""
        while self._open and self._open[0].outcome != OPEN:
            row = self._open.popleft()
            if row.outcome != NEVER_SENT:
                self._settled.append(row)
        if self._settled:
            self._write()

    def latencies(self) -> dict[str, Latencies]:
        """Those of all rows taken."""
        return self._cells.latencies()

    def _write(self) -> None:
        rows, self._settled = self._settled, []
        columns = {name: np.array([getattr(row, name) for row in rows], np.int64) for name in Row.__slots__}
        self._file.write(batch_of(columns | {name: columns[name].astype(kind) for name, kind in _NARROW.items()}))
        seconds = (columns["intended_ns"] - self.start_ns) // 10**9
        acked = columns["outcome"] == OK
        measured = {
            "ack": ("intended_ns", "acked_ns", acked),
            "ack_raw": ("sent_ns", "acked_ns", acked),
            "lateness": ("intended_ns", "offered_ns", np.ones_like(acked)),
        }
        self._cells.write(
            {
                name: _counted(seconds[of], (columns[until][of] - columns[since][of]) // 1000)
                for name, (since, until, of) in measured.items()
            }
        )


def _counted(seconds: Counts, us: Counts) -> Latencies:
    us = np.maximum(us, 0)
    shared = np.maximum(np.log2(np.maximum(us, 1)).astype(np.int64) - EXACT_BITS, 0)
    cells, counts = np.unique(np.stack([seconds, us >> shared << shared]), axis=1, return_counts=True)
    return Latencies(cells[0], cells[1], counts.astype(np.int64))
