"""When the parts of a served Airflow are ready; each look is a request, so there are not many."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from scenarios.targets.airflow.api import AirflowApi, Component
from scenarios.targets.airflow.environment import DAGS
from scenarios.targets.errors import TargetError

_LOOK_EVERY_S: Final = 0.5


class Beats:
    """Whether a component was heard of since it began; what is stored may be of the one before it."""

    def __init__(self, api: AirflowApi, component: Component) -> None:
        self._api = api
        self._component = component
        self._since = datetime.now(UTC)

    def begin(self) -> None:
        """Of what was heard until now nothing counts."""
        self._since = datetime.now(UTC)

    def __call__(self) -> bool:
        at = self._api.heartbeat(self._component)
        return at is not None and at > self._since


def has_dags(api: AirflowApi) -> bool:
    """Whether all DAGs are parsed.

    Raises:
        TargetError: one cannot be imported.
    """
    if errors := api.import_errors():
        raise TargetError(f"Airflow cannot import its DAGs: {'; '.join(errors)}")
    return api.dags() >= DAGS


def now_and_then(ready: Callable[[], bool], now_s: Callable[[], float] = time.monotonic) -> Callable[[], bool]:
    """The same, but asked twice a second at most; in between the answer is no."""
    next_s = now_s()

    def look() -> bool:
        nonlocal next_s
        if now_s() < next_s:
            return False
        is_ready = ready()
        next_s = now_s() + _LOOK_EVERY_S
        return is_ready

    return look
