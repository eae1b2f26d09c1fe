"""The statements that have ended, a JSON line each: what a run is metered by. The file outlives Athena's process."""

from pathlib import Path
from threading import Lock
from typing import Final

from reports.record import MeteredQuery

NAME: Final = "queries.jsonl"
"""Of the file, in Athena's folder."""


class QueryLog:
    """Appends to the log in a folder. Any thread may call it."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / NAME).open("a", encoding="utf-8")
        self._lock = Lock()

    def add(self, query: MeteredQuery) -> None:
        """One that has ended; it is in the file when this returns."""
        with self._lock:
            self._file.write(query.model_dump_json() + "\n")
            self._file.flush()

    def close(self) -> None:
        """No more."""
        self._file.close()


def read_query_log(folder: Path) -> list[MeteredQuery]:
    """All that have ended, in that order; a line that is on its way, or that a killed process left half, is none.

    Raises:
        OSError: it cannot be read.
        ValueError: a line is no statement.
    """
    path = folder / NAME
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [MeteredQuery.model_validate_json(line) for line in lines if line.endswith("\n")]
