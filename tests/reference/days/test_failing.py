"""That a day's run failed is told whatever made it fail, once for a day and generation."""

from typing import Any

import boto3
import pytest

from reference.days.failing import tell_failure
from reference.days.markers import Markers, key
from reference.days.opening import tell_failure_here
from reference.errors import AlertNotSent
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
    assert tell_failure_here(DAY, "pin_day failed", WHERE) == [topic]
    monkeypatch.setenv("KEYSTONE_SNS_TOPIC", f"{topic}-gone")
    with pytest.raises(AlertNotSent):
        tell_failure_here(DAY.replace(day=25), "pin_day failed", WHERE)
    sns.close()
