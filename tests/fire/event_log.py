"""What happened in a run, and when."""

import re
import threading
import time
from collections import Counter
from pathlib import Path

HAZARD = "HAZARD: "
"""Begins what a control says of itself when the case comes that it cannot stand."""


class EventLog:
    """Notes from any thread, each with the seconds since the run began."""

    def __init__(self) -> None:
        self._began_s = time.monotonic()
        self._lock = threading.Lock()
        self.events: list[tuple[float, str]] = []
        self._counts: Counter[str] = Counter()

    def note(self, what: str) -> None:
        with self._lock:
            self.events.append((time.monotonic() - self._began_s, what))

    def count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def read_writers(self, logs: list[Path]) -> None:
        """Take in what the writers said: each hazard, and of all else how often."""
        for log in logs:
            for line in log.read_text(errors="replace").splitlines():
                if HAZARD in line:
                    self.note(f"{log.stem}: {line[line.index(HAZARD) :]}")
                elif line.startswith("Timeout ("):
                    self.note(f"{log.stem}: told to stop it did not, and was ended by its own watch")
                elif found := re.match(r"\S+ \S+ (?:WARNING|ERROR) (.*)", line):
                    self.count(_kind(found[1]))

    def tells_of(self, what: str) -> bool:
        return any(what in event for _, event in self.events)

    def count_of(self, what: str) -> int:
        return self._counts[what]

    def hazards(self) -> list[str]:
        return [what for _, what in self.events if HAZARD in what]

    def __str__(self) -> str:
        happened = [f"  {at_s:5.1f} s  {what}" for at_s, what in sorted(self.events)]
        return "\n".join([*happened, *(f"  {count:5} x {what}" for what, count in self._counts.most_common())])


def _kind(said: str) -> str:
    """Lines that differ in numbers and names only are of one kind."""
    return re.sub(r"[0-9a-f]{8,}|\d+", "#", said)[:110]
