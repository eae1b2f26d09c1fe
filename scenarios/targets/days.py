"""Days of purchase on a target: marked, and taken to gold, with the pipeline's own means."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TypeAlias

from botocore.exceptions import BotoCoreError, ClientError
from confluent_kafka import KafkaException

from reference.clock import utc_clock
from reference.days.live import LiveDays
from reference.days.markers import Marker, open_markers
from reference.days.marking import Which, mark_days
from reference.errors import PipelineError, WrongRules
from reference.lake.catalog import open_catalog
from reference.lake.columns import SILVER
from reference.lake.iceberg_table import IcebergTable
from reference.lake.schemas import LAYOUTS
from reference.quality.predicate import breaks
from reference.quality.rule_file import DEFAULT, read_rules
from reference.state.day_states import DayState, DayStates
from scenarios.targets.airflow.in_process import in_process_dag
from scenarios.targets.airflow.installed import airflow_version
from scenarios.targets.day_settings import check_settings
from scenarios.targets.errors import LakeError, TargetError, WrongUse, one_line
from scenarios.targets.interface import Endpoints
from scenarios.targets.lake_upkeep import lake_settings

RULES_VARIABLE = "KEYSTONE_RULES"

State: TypeAlias = DayState
WhichDays: TypeAlias = Which
"""How far a day is; which days to mark: in the pipeline's own words."""


class Days:
    """A target's days.

    Args:
        home: a folder for what Airflow keeps.

    Every method raises TargetError if the target does not answer.
    """

    def __init__(self, endpoints: Endpoints, home: Path) -> None:
        self._endpoints = endpoints
        self._home = home
        self._lake = lake_settings(endpoints)
        self._states = DayStates(endpoints.postgres.pooled)

    def mark(self, days: Sequence[date], which: Which) -> list[Marker]:
        """Write the markers that are due, of all days or of some.

        Raises:
            WrongUse: the environment's settings say what is not allowed.
        """
        zone = check_settings(os.environ).zone
        with _errors():
            silver = IcebergTable(open_catalog(self._lake), LAYOUTS["silver"].identifier, self._endpoints.topic)
            kafka = LiveDays(self._endpoints.kafka_client, self._endpoints.topic, silver.load, time.time, zone)
            return list(mark_days(kafka, silver, open_markers(self._lake), days, which, utc_clock()))

    def marked(self) -> list[date]:
        """The days that have a marker."""
        with _errors():
            return sorted(open_markers(self._lake).newest())

    def pending(self) -> list[date]:
        """The days whose newest generation was not checked, or did not come into gold."""
        with _errors():
            done = {(one.day, one.generation) for one in self.states() if one.is_done}
            newest = open_markers(self._lake).newest().values()
        return sorted(one.day for one in newest if (one.day, one.generation) not in done)

    def states(self) -> list[DayState]:
        """How far the days are, by day and generation."""
        with _errors():
            return self._states.all()

    def use_rules(self, path: Path) -> None:
        """Check by a file of rules in the place of the project's."""
        os.environ[RULES_VARIABLE] = str(path.absolute())

    def check(self) -> None:
        """Whether days could be run.

        Raises:
            TargetError: Airflow is not installed; with the way to get it.
            WrongUse: the environment's settings say what is not allowed.
        """
        airflow_version()
        check_settings(os.environ)

    def run(
        self, days: Sequence[date], say: Callable[[str], None]
    ) -> Iterator[tuple[date, DayState | None, str | None]]:
        """Run the DAG for days, one after the other: each with the state that the run gave it, and why it failed.

        A run has both that failed when the day was where it belongs: then an alert was not sent.
        """
        # The DAG itself would wait for them.
        marked = set(self.marked()) if days else set()
        for day in days:
            if day not in marked:
                yield day, None, "it has no marker, nobody has said that it is complete; see keystone dag mark"
        if not marked.intersection(days):
            return
        say("starting Airflow in this process")
        with in_process_dag(self._endpoints, self._home, say) as dag:
            for day in filter(marked.__contains__, days):
                say(f"{day}: to be checked on Athena, and taken to gold")
                began_ns = time.time_ns()
                why = dag.run(day)
                state = next((one for one in reversed(self.states()) if one.day == day), None)
                is_of_run = state is not None and state.is_done and state.checked_ns >= began_ns
                yield day, state if why is None or is_of_run else None, why


def rules_in_sql(path: Path | None) -> dict[str, str]:
    """What breaks each rule of a file, or of the project's own, in Athena's SQL; by the rules' names.

    Raises:
        WrongUse: the file says what is not allowed.
    """
    try:
        return {rule.name: breaks(rule) for rule in read_rules(path or DEFAULT, SILVER)}
    except WrongRules as error:
        raise WrongUse(str(error)) from None


@contextmanager
def _errors() -> Iterator[None]:
    """Turns what goes wrong into an error that a person can read."""
    try:
        yield
    except (BotoCoreError, ClientError, OSError) as error:
        raise LakeError(f"the lake does not answer: {one_line(error)}; `keystone status` may say more") from error
    except KafkaException as error:
        raise TargetError(f"Kafka does not answer: {error.args[0].str()}") from error
    except PipelineError as error:
        raise TargetError(one_line(error)) from error
