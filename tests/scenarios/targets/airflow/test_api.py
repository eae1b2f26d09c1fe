"""What an API server's answers mean, and its silence."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from scenarios.targets.airflow.api import AirflowApi
from scenarios.targets.embedded.ports import free_ports
from tests.scenarios.targets.airflow.answers import Answers, answering

HEALTH = "/api/v2/monitor/health"


@pytest.fixture
def answers() -> Iterator[Answers]:
    with answering() as answers:
        yield answers


def test_it_is_up_once_it_answers_users_and_tasks(answers: Answers) -> None:
    api = AirflowApi(answers.url)
    assert not api.is_up()
    answers["/api/v2/version"] = {"version": "3.3.0"}
    assert not api.is_up()
    answers["/execution/health"] = {"status": "healthy"}
    assert api.is_up()


def test_a_component_has_a_heartbeat_once_it_was_heard_of(answers: Answers) -> None:
    api = AirflowApi(answers.url)
    answers[HEALTH] = {"scheduler": {"status": "unhealthy", "latest_scheduler_heartbeat": None}}
    assert api.heartbeat("scheduler") is None
    answers[HEALTH] = {"scheduler": {"status": "healthy", "latest_scheduler_heartbeat": "2018-08-06T01:02:03+00:00"}}
    assert api.heartbeat("scheduler") == datetime(2018, 8, 6, 1, 2, 3, tzinfo=UTC)


def test_a_dag_is_unpaused(answers: Answers) -> None:
    answers["/api/v2/dags/mine"] = {}
    AirflowApi(answers.url).unpause("mine")
    assert answers.changes == [("/api/v2/dags/mine", {"is_paused": False})]


def test_a_dag_that_is_not_there_cannot_be_unpaused(answers: Answers) -> None:
    with pytest.raises(OSError, match="404"):
        AirflowApi(answers.url).unpause("mine")


def test_an_import_error_is_the_last_line_of_its_traceback(answers: Answers) -> None:
    answers["/api/v2/importErrors"] = {
        "import_errors": [{"stack_trace": "Traceback:\n  File x\nImportError: no module named y\n"}]
    }
    assert AirflowApi(answers.url).import_errors() == ["ImportError: no module named y"]


def test_where_nobody_listens_nothing_is_known() -> None:
    api = AirflowApi(f"http://127.0.0.1:{free_ports(1)[0]}")
    assert (api.is_up(), api.heartbeat("scheduler"), api.dags(), api.import_errors()) == (False, None, set(), [])
