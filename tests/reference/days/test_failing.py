"""That a day's run failed is told whatever made it fail, once for a day and generation."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from reference.days.failing import failure_of, tell_failure
from reference.days.markers import Markers, key
from reference.days.opening import tell_failure_here
from reference.errors import AlertNotSent, NoMarker
from reference.lake.settings import LakeSettings
from reference.state.alert_keys import AlertKeys
from reference.state.migrating import migrate
from scenarios.targets.interface import PostgresEndpoint
from tests.reference.day_lake import DAY, DayLake, order
from tests.reference.mailbox import Mailbox

WHERE = "olist_resilient_silver_to_gold"


@pytest.fixture
def keys(database: PostgresEndpoint) -> AlertKeys:
    migrate(database.direct)
    return AlertKeys(database.pooled)


def tell(markers: Markers, mailbox: Mailbox, keys: AlertKeys) -> list[str]:
    return tell_failure(markers, [mailbox], keys, lambda: 1, DAY, "pin_day failed: NoMarker: none", WHERE)


def test_a_failure_is_told_of_once_a_generation(day_lake: DayLake, keys: AlertKeys) -> None:
    mailbox = Mailbox()
    assert tell(day_lake.markers, mailbox, keys) == ["mailbox"]
    day_lake.add([order(0)])
    day_lake.mark()
    assert tell(day_lake.markers, mailbox, keys) == ["mailbox"]
    assert tell(day_lake.markers, mailbox, keys) == []
    assert [alert.key for alert in mailbox.taken] == ["failure/2018-05-24/0", "failure/2018-05-24/1"]
    assert (mailbox.taken[0].what, mailbox.taken[0].where) == ("pin_day failed: NoMarker: none", WHERE)


def test_it_is_told_while_the_store_is_away(aws: LakeSettings, keys: AlertKeys) -> None:
    mailbox, s3 = Mailbox(), boto3.client(**aws.client_arguments("s3"))
    assert tell(Markers(s3, "no-such-bucket"), mailbox, keys) == ["mailbox"]
    s3.close()


def test_it_is_told_where_a_marker_is_none(day_lake: DayLake, keys: AlertKeys) -> None:
    day_lake.add([order(0)])
    day_lake.mark()
    s3: Any = boto3.client(**day_lake.settings.client_arguments("s3"))
    s3.put_object(Bucket=f"{day_lake.settings.bucket_prefix}-silver", Key=key(DAY, 1), Body=b"no marker")
    s3.close()
    assert tell(day_lake.markers, Mailbox(), keys) == ["mailbox"]


def test_it_is_told_where_the_rules_cannot_be_read(
    aws: LakeSettings, database: PostgresEndpoint, keys: AlertKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    del keys  # the tables are there
    sns: Any = boto3.client(**aws.client_arguments("sns"))
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    for name, value in {
        "AWS_ENDPOINT_URL": aws.endpoint, "AWS_ACCESS_KEY_ID": aws.access_key, "AWS_SECRET_ACCESS_KEY": aws.secret_key,
        "KEYSTONE_POSTGRES": database.pooled, "KEYSTONE_RULES": "/nowhere/rules.yaml", "KEYSTONE_SNS_TOPIC": topic,
    }.items():  # fmt: skip
        monkeypatch.setenv(name, str(value))
    context = {"dag_run": a_run(), "ti": SimpleNamespace(task_id="pin_day"), "exception": None}
    assert tell_failure_here(context) == [topic]
    monkeypatch.setenv("KEYSTONE_SNS_TOPIC", f"{topic}-gone")
    with pytest.raises(AlertNotSent):
        tell_failure_here({**context, "dag_run": a_run(conf={"day": "2018-05-25"})})
    sns.close()


def a_run(**changes: Any) -> SimpleNamespace:
    """Of Airflow's, what a callback's context has of it."""
    given = {"logical_date": datetime(2018, 5, 24, tzinfo=UTC), "conf": None, "dag_id": WHERE, "run_id": "r"}
    return SimpleNamespace(**given | changes)


class GXValidationFailed(Exception):
    """Rows fail."""


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"exception": NoMarker("none")}, "pin_day failed: NoMarker: none"),
        ({"exception": "it was killed"}, "pin_day failed: it was killed"),
        ({"exception": None}, "pin_day failed: its process ended"),
        ({}, "pin_day failed: its process ended"),
        ({"reason": "task_failure"}, "the run failed: task_failure"),
    ],
)
def test_what_airflow_says_of_a_failure_is_what_happened(said: dict[str, Any], what: str) -> None:
    context = {"dag_run": a_run(), "ti": SimpleNamespace(task_id="pin_day"), **said}
    assert failure_of(context, 1) == (DAY, what, f"{WHERE}, run r")


def test_a_run_that_failed_needs_no_task() -> None:
    assert failure_of({"dag_run": a_run(), "reason": "timed_out"}, 1) == (
        DAY, "the run failed: timed_out", f"{WHERE}, run r",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"conf": {"day": "2018-05-30"}}, date(2018, 5, 30)),
        ({"conf": {"day": None}}, DAY),
        ({"logical_date": None}, date(2020, 9, 13)),
        ({"logical_date": None, "conf": {"day": "2018-05-30"}}, date(2018, 5, 30)),
    ],
)
def test_the_day_is_the_runs_or_today(changes: dict[str, Any], day: date) -> None:
    found = failure_of({"dag_run": a_run(**changes), "reason": "timed_out"}, 1_600_000_000 * 10**9)
    assert found is not None
    assert found[0] == day


def test_a_checkpoint_that_found_rows_that_fail_did_its_work() -> None:
    context = {"dag_run": a_run(), "ti": SimpleNamespace(task_id="check"), "exception": GXValidationFailed("rows fail")}
    assert failure_of(context, 1) is None
