"""When a served Airflow is ready."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from scenarios.targets.airflow.api import AirflowApi
from scenarios.targets.airflow.environment import DAGS
from scenarios.targets.embedded.airflow.readiness import Beats, has_dags, now_and_then
from scenarios.targets.errors import TargetError
from tests.scenarios.targets.airflow.answers import Answers, answering


@pytest.fixture
def answers() -> Iterator[Answers]:
    with answering() as answers:
        yield answers


def beat(answers: Answers, at: datetime) -> None:
    answers["/api/v2/monitor/health"] = {"scheduler": {"latest_scheduler_heartbeat": at.isoformat()}}


def test_a_heartbeat_from_before_the_start_does_not_count(answers: Answers) -> None:
    beats = Beats(AirflowApi(answers.url), "scheduler")
    beat(answers, datetime.now(UTC))
    assert beats()
    beats.begin()
    assert not beats()
    beat(answers, datetime.now(UTC) + timedelta(seconds=1))
    assert beats()


def test_each_dag_is_waited_for(answers: Answers) -> None:
    api = AirflowApi(answers.url)
    parsed = [{"dag_id": name} for name in sorted(DAGS)]
    for so_far in (parsed[:0], parsed[:-1]):
        answers["/api/v2/dags"] = {"dags": so_far}
        assert not has_dags(api)
    answers["/api/v2/dags"] = {"dags": parsed}
    assert has_dags(api)


def test_a_dag_that_cannot_be_imported_is_not_waited_for(answers: Answers) -> None:
    answers["/api/v2/importErrors"] = {"import_errors": [{"stack_trace": "Traceback:\nImportError: no module y"}]}
    with pytest.raises(TargetError, match="cannot import its DAGs: ImportError: no module y"):
        has_dags(AirflowApi(answers.url))


def test_it_is_asked_twice_a_second() -> None:
    now, asked = [0.0], list[float]()

    def is_ready() -> bool:
        asked.append(now[0])
        return False

    look = now_and_then(is_ready, now_s=lambda: now[0])
    for tenth in range(11):
        now[0] = tenth / 10
        look()
    assert asked == [0.0, 0.5, 1.0]
