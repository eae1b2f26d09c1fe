"""The executions that have ended, a JSON line each: what a run is metered by. It outlives the process."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from scenarios.targets.embedded.athena.api.execution import Execution


class QueryLog:
    """Appends to the log. Any thread may call it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = Lock()

    def add(self, execution: Execution) -> None:
        """One that has ended."""
        times = execution.times.milliseconds(0)
        line = {
            "id": execution.id,
            "part": execution.asked.asker,
            "kind": execution.kind,
            "statement": execution.name,
            "state": execution.state,
            "reused": execution.reused,
            "scanned_bytes": execution.usage.scanned_bytes,
            "engine_ms": times["EngineExecutionTimeInMillis"],
            "total_ms": times["TotalExecutionTimeInMillis"],
        }
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def close(self) -> None:
        """No more."""
        self._file.close()


def read_query_log(path: Path) -> Iterator[dict[str, Any]]:
    """Its lines; one that a killed process left half is none.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no such log.
    """
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)
