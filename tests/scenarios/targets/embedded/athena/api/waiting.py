"""Waiting for executions, as Athena's clients do: by asking again and again."""

import time
from typing import Any

WITHIN_S = 30.0
LOOK_S = 0.01


def ended(client: Any, name: str, within_s: float = WITHIN_S, look_s: float = LOOK_S) -> dict[str, Any]:
    """The execution once it is over."""
    return reached(client, name, "SUCCEEDED", "FAILED", "CANCELLED", within_s=within_s, look_s=look_s)


def reached(client: Any, name: str, *states: str, within_s: float = WITHIN_S, look_s: float = LOOK_S) -> dict[str, Any]:
    """The execution once it is in one of these states."""
    deadline = time.monotonic() + within_s
    while True:
        execution: dict[str, Any] = client.get_query_execution(QueryExecutionId=name)["QueryExecution"]
        if execution["Status"]["State"] in states:
            return execution
        assert time.monotonic() < deadline, execution["Status"]
        time.sleep(look_s)
