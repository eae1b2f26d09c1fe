"""The statements that have ended, a JSON line each: what a run is metered by. The file outlives Athena's process."""

from pathlib import Path
from threading import Lock
from typing import Final

from reports.record import MeteredQuery

NAME: Final = "queries.jsonl"
"""Of the file, in Athena's folder."""
_END: Final = b"\n"


class QueryLog:
    """Appends to the log in a folder. Any thread may call it."""

    def __init__(self, folder: Path) -> None:
        path = folder / NAME
        if path.exists():
            # What a killed process left half would begin the next line.
            whole = path.read_bytes().rpartition(_END)
            with path.open("rb+") as file:
                file.truncate(len(whole[0]) + len(whole[1]))
        self._file = path.open("ab")
        self._lock = Lock()

    def add(self, query: MeteredQuery) -> None:
        """One that has ended; it is in the file when this returns."""
        with self._lock:
            self._file.write(query.model_dump_json().encode() + _END)
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
    # Only what ends a line here does: names in statements may have others, such as U+2028.
    *whole, _half = path.read_bytes().split(_END)
    return [MeteredQuery.model_validate_json(line) for line in whole]
