"""Before anything is sent, whatever does not answer as it must is named, all of it at once."""

from dataclasses import replace
from uuid import UUID

import pytest
from confluent_kafka import Producer

from scenarios.runner import preflight as module
from scenarios.runner.preflight import preflight
from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints

pytestmark = pytest.mark.integration


@pytest.fixture
def endpoints(stack: EmbeddedTarget) -> Endpoints:
    return stack.status().endpoints


def refusal(endpoints: Endpoints) -> str:
    with pytest.raises(TargetError) as raised:
        preflight(endpoints)
    return str(raised.value)


def test_a_stack_that_answers_is_ready(endpoints: Endpoints) -> None:
    preflight(endpoints)


def test_all_that_does_not_answer_is_named(endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT_S", 1)
    grpc, kafka, aws, postgres = (f"127.0.0.1:{port}" for port in free_ports(4))
    away = replace(
        endpoints,
        grpc=grpc,
        kafka=kafka,
        aws=f"http://{aws}",
        postgres=replace(endpoints.postgres, port=int(postgres.rpartition(":")[2])),
    )
    lines = refusal(away).splitlines()
    assert "nothing was sent" in lines[0]
    said = "\n".join(lines[1:])
    assert f"no ingest server answers at {grpc}" in said
    assert f"Kafka does not answer at {kafka}" in said
    assert "the lake cannot be read" in said
    assert "the journal of batches cannot be read" in said


def test_settings_that_cannot_be_are_an_error_that_says_so(endpoints: Endpoints) -> None:
    said = refusal(replace(endpoints, kafka_settings={"security.protocol": "SASLSSL"}))
    assert "Kafka's client cannot be made" in said
    assert "SASLSSL" in said


def test_a_topic_that_is_not_there_is_an_error(endpoints: Endpoints) -> None:
    assert "kafka: Kafka at " in refusal(replace(endpoints, topic="no-such-topic"))
    assert "has no topic 'no-such-topic'" in refusal(replace(endpoints, topic="no-such-topic"))


def test_another_group_than_the_writers_is_an_error(endpoints: Endpoints) -> None:
    producer = Producer(endpoints.kafka_client)
    producer.produce(endpoints.topic, value=b"a record that is no event")
    assert producer.flush(30) == 0
    assert "kafka: group 'another' has committed nothing" in refusal(replace(endpoints, group="another"))


def test_a_schema_version_that_nobody_registered_is_an_error(endpoints: Endpoints) -> None:
    stranger = str(UUID(int=7))
    assert f"schema_version: the schema registry has no version {stranger}" in refusal(
        replace(endpoints, schema_version=stranger)
    )


def test_a_lake_without_the_tables_is_an_error_that_lists_those_it_has(endpoints: Endpoints) -> None:
    # A region is a catalog of its own.
    elsewhere = replace(endpoints, s3=replace(endpoints.s3, region="eu-west-3"))
    assert "no table 'bronze.orders'; the catalog has none" in refusal(elsewhere)
