"""The settings of a served Airflow."""

from pathlib import Path

from scenarios.targets.airflow.served import served_environment

DATABASE = "postgresql+psycopg://me:secret@127.0.0.1:5432/airflow"
SECRETS = ("AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY")


def test_it_is_for_loopback_alone() -> None:
    found = served_environment(Path("/home"), 8080, DATABASE)
    assert found["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert found["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8080/execution/"


def test_both_ways_to_the_database_are_said() -> None:
    """Of one alone Airflow derives the other, by a driver that is not here."""
    found = served_environment(Path("/home"), 8080, DATABASE)
    assert {value for name, value in found.items() if "SQL_ALCHEMY_CONN" in name} == {DATABASE}
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC" in found


def test_no_two_stacks_share_a_key() -> None:
    one, other = (served_environment(Path("/home"), 8080, DATABASE) for _ in range(2))
    assert not {one[name] for name in SECRETS} & {other[name] for name in SECRETS}
