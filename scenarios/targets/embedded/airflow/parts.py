"""A served Airflow as parts of the stack, on a database of the stack's own Postgres."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

from scenarios.targets.airflow.api import AirflowApi
from scenarios.targets.airflow.environment import DAG, task_environment
from scenarios.targets.airflow.served import served_environment
from scenarios.targets.embedded.airflow.readiness import Beats, has_dags, now_and_then
from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.process_group import in_own_group
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints, PostgresEndpoint

DATABASE: Final = "airflow"
START_TIMEOUT_S: Final = 180.0
STOP_TIMEOUT_S: Final = 3.0
"""The API server takes up to 14 s to end, with nothing to gain from it."""
TASKS_TIMEOUT_S: Final = 15.0
"""How long a scheduler that is stopped may wait for the tasks that run."""


class AirflowParts:
    """Airflow's three processes, and the job that makes their database.

    Attributes:
        migration: has to run to its end before the others are started.
        web: the page, the REST API, and what tasks speak to.
        dag_processor, scheduler: ready only while `web` runs, by way of which they are asked.
    """

    def __init__(self, endpoints: Endpoints, port: int, home: Path, log_of: Callable[[str], Path]) -> None:
        """Make `home`, which must not exist, and an empty database.

        Args:
            endpoints: of a stack whose Postgres runs.
            port: for `web`.
            log_of: where the part of a name writes its log.

        Raises:
            TargetError: Postgres refuses.
        """
        home.mkdir()
        _create_database(endpoints.postgres)
        self._api = AirflowApi(f"http://127.0.0.1:{port}")
        self._log_of = log_of
        self._environment = task_environment(endpoints) | served_environment(home, port, _url(endpoints.postgres))
        self.migration = self._part("migration", ["db", "migrate"], ready=lambda: False)
        self.web = self._part("web", ["api-server"], self._api.is_up)
        parsing, scheduling = Beats(self._api, "dag_processor"), Beats(self._api, "scheduler")
        self.dag_processor = self._part(
            "dag-processor", ["dag-processor"], self._with_web(lambda: parsing() and has_dags(self._api))
        )
        self.dag_processor.clear = parsing.begin
        # Without the option it serves its logs to the whole network.
        self.scheduler = self._part("scheduler", ["scheduler", "--skip-serve-logs"], self._with_web(scheduling))
        self.scheduler.clear, self.scheduler.stop_timeout_s = scheduling.begin, TASKS_TIMEOUT_S

    @property
    def in_order(self) -> list[Part]:
        """Those that need another behind it."""
        return [self.web, self.dag_processor, self.scheduler]

    def start(self) -> None:
        """Start them all and wait until they are ready, the DAG as well; the other DAGs are paused.

        Theirs are live days. Of orders of years ago each hour may open every day again, and send it to gold.

        Raises:
            TargetError: one did not come up.
        """
        self.web.spawn()
        self.dag_processor.spawn()
        self.web.wait_ready()
        # Not sooner: it has runs to begin at once, and their tasks would speak to nobody and fail.
        self.scheduler.spawn()
        self.dag_processor.wait_ready()
        try:
            self._api.unpause(DAG)
        except OSError as error:
            raise TargetError(f"{self.web.name} does not unpause {DAG}: {error}; see {self.web.log}") from error
        self.scheduler.wait_ready()

    def _part(self, name: str, arguments: list[str], ready: Callable[[], bool]) -> Part:
        name = f"airflow-{name}"
        return Part(
            name,
            # -P: a folder `airflow` or `plugins` where the user stands is none of ours.
            in_own_group([sys.executable, "-P", "-m", "airflow", *arguments]),
            self._log_of(name),
            now_and_then(ready),
            environment=self._environment,
            start_timeout_s=START_TIMEOUT_S,
            stop_timeout_s=STOP_TIMEOUT_S,
        )

    def _with_web(self, ready: Callable[[], bool]) -> Callable[[], bool]:
        def look() -> bool:
            if self.web.pid is None:
                raise TargetError(
                    f"Airflow's processes work together through {self.web.name}, which does not run; "
                    f"start it first: keystone start {self.web.name}"
                )
            return ready()

        return look


def _create_database(postgres: PostgresEndpoint) -> None:
    import psycopg  # noqa: PLC0415 - a stack without Airflow needs none in its supervisor

    try:
        with psycopg.connect(postgres.direct, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.Error as error:
        raise TargetError(f"Airflow's database cannot be made: {error}") from error


def _url(postgres: PostgresEndpoint) -> str:
    """As SQLAlchemy writes it, to Postgres itself: a pooler by transaction does not do for Airflow."""
    words = f"{quote(postgres.user, safe='')}:{quote(postgres.password, safe='')}"
    return f"postgresql+psycopg://{words}@{postgres.host}:{postgres.direct_port}/{DATABASE}"
