"""What a served Airflow says of itself over its REST API, for which nobody needs to log in."""

import json
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any, Final, Literal
from urllib.request import Request, urlopen

Component = Literal["scheduler", "dag_processor"]

_TIMEOUT_S: Final = 2.0
_CHANGE_TIMEOUT_S: Final = 30.0


class AirflowApi:
    """The API server at a URL, which may be there or not."""

    def __init__(self, url: str) -> None:
        self._url = url

    def is_up(self) -> bool:
        """Whether it answers users and tasks; what tasks need takes seconds at the first request."""
        return self._get("/api/v2/version") is not None and self._get("/execution/health") is not None

    def heartbeat(self, component: Component) -> datetime | None:
        """When the component was last heard of."""
        health = self._get("/api/v2/monitor/health") or {}
        at = health.get(component, {}).get(f"latest_{component}_heartbeat")
        return None if at is None else datetime.fromisoformat(at)

    def dags(self) -> set[str]:
        """The DAGs that are parsed and stored."""
        found = self._get("/api/v2/dags") or {"dags": []}
        return {dag["dag_id"] for dag in found["dags"]}

    def unpause(self, dag: str) -> None:
        """Let the schedule begin, and runs that are triggered.

        Raises:
            OSError: the API server does not answer, or refuses.
        """
        body = json.dumps({"is_paused": False}).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self._url}/api/v2/dags/{dag}", body, headers, method="PATCH")  # noqa: S310 - http alone
        urlopen(request, timeout=_CHANGE_TIMEOUT_S).close()  # noqa: S310 - http alone

    def import_errors(self) -> Sequence[str]:
        """The last line of each DAG file's traceback."""
        found = self._get("/api/v2/importErrors") or {"import_errors": []}
        return [error["stack_trace"].strip().rpartition("\n")[2] for error in found["import_errors"]]

    def _get(self, path: str) -> Any:
        """None where nobody answers, or with an error."""
        try:
            with urlopen(f"{self._url}{path}", timeout=_TIMEOUT_S) as answer:  # noqa: S310 - http alone
                return json.load(answer)
        except (OSError, HTTPException):
            return None
