"""What every target must do. Each implementation is run through all of these."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import psycopg
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from grpc_health.v1 import health_pb2, health_pb2_grpc

from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.endpoints.target import EndpointsTarget
from scenarios.targets.errors import TargetError, WrongUse
from scenarios.targets.interface import PartStatus, PipelineSettings, Target, TargetStatus
from tests.scenarios.object_stores import s3_client
from tests.scenarios.targets.endpoints_file import write_endpoints_file

pytestmark = pytest.mark.integration

DEADLINE_S = 30


@pytest.fixture(params=["embedded", "endpoints", pytest.param("on-disk", marks=pytest.mark.slow)])
def target(request: pytest.FixtureRequest, stack: EmbeddedTarget, tmp_path: Path) -> Target:
    """Each kind of target, running; the endpoints are those of a stack that was started elsewhere.

    What a target says it cannot do is skipped.
    """
    targets: dict[str, Callable[[], Target]] = {
        "embedded": lambda: stack,
        "endpoints": lambda: EndpointsTarget(write_endpoints_file(stack, tmp_path)),
        "on-disk": lambda: request.getfixturevalue("disk_stack"),
    }
    found = targets[request.param]()
    for mark in request.node.iter_markers("needs"):
        if mark.args[0] not in found.abilities:
            pytest.skip(f"a target of {request.param} cannot {mark.args[0]}")
    return found


def part(target: Target, name: str) -> PartStatus:
    return next(part for part in target.status().parts if part.name == name)


@contextmanager
def started_again(target: Target, name: str) -> Iterator[None]:
    """Whatever is done to the part, it runs afterwards."""
    try:
        yield
    finally:
        target.start_part(name)


def await_state(target: Target, name: str, state: str) -> PartStatus:
    deadline = time.monotonic() + DEADLINE_S
    while part(target, name).state != state:
        assert time.monotonic() < deadline, f"{name} did not come to be {state}"
        time.sleep(0.05)
    return part(target, name)


def test_the_ingest_server_says_it_serves(target: Target) -> None:
    with grpc.insecure_channel(target.status().endpoints.grpc) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_kafka_has_the_topic(target: Target) -> None:
    endpoints = target.status().endpoints
    topics = AdminClient(endpoints.kafka_client).list_topics(timeout=DEADLINE_S).topics
    assert len(topics[endpoints.topic].partitions) >= 1


def test_s3_answers_with_the_lakes_buckets(target: Target) -> None:
    client = s3_client(target.status().endpoints)
    assert {bucket["Name"] for bucket in client.list_buckets()["Buckets"]} >= {"olist-data-lake-silver"}


@pytest.mark.parametrize("way", ["pooled", "direct"])
def test_postgres_has_the_journal_and_the_runs(target: Target, way: str) -> None:
    conninfo = getattr(target.status().endpoints.postgres, way)
    with psycopg.connect(conninfo, prepare_threshold=None) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert {("batches",), ("runs",)} <= set(found)


@pytest.mark.needs("break")
def test_a_postgres_that_is_killed_comes_back_with_its_rows(target: Target) -> None:
    run = f"conformance-{time.time_ns()}"
    insert = """INSERT INTO runs (id, scenario, target, started_at, ended_at, outcome, record)
        VALUES (%s, 'none', 'none', now(), now(), 'passed', '{}')"""
    postgres = target.status().endpoints.postgres
    with psycopg.connect(postgres.pooled, prepare_threshold=None) as connection:
        connection.execute(insert, (run,))
    with started_again(target, "postgres"):
        target.kill_part("postgres")
    with psycopg.connect(postgres.direct) as connection:
        assert connection.execute("SELECT id FROM runs WHERE id = %s", (run,)).fetchall() == [(run,)]


@pytest.mark.needs("break")
def test_every_part_runs_as_a_process_of_its_own(target: Target) -> None:
    parts = target.status().parts
    assert {"kafka", "aws", "athena", "postgres", "pgbouncer", "ingest", "writer-1"} <= {part.name for part in parts}
    assert all(part.state == "running" for part in parts)
    assert len({part.pid for part in parts}) == len(parts)
    for running in parts:
        assert running.pid is not None
        os.kill(running.pid, 0)


def test_a_status_survives_its_way_through_json(target: Target) -> None:
    status = target.status()
    assert TargetStatus.from_json(json.loads(json.dumps(status.to_json()))) == status


@pytest.mark.needs("break")
def test_a_part_that_is_stopped_is_gone_and_comes_back_at_the_same_address(target: Target) -> None:
    host, _, port = target.status().endpoints.grpc.partition(":")
    with started_again(target, "ingest"):
        target.stop_part("ingest")
        assert (part(target, "ingest").state, part(target, "ingest").pid) == ("stopped", None)
        with socket.socket() as probe:
            assert probe.connect_ex((host, int(port))) != 0
    socket.create_connection((host, int(port)), timeout=5).close()
    assert part(target, "ingest").state == "running"


@pytest.mark.needs("break")
def test_a_part_that_is_killed_on_purpose_is_no_problem(target: Target) -> None:
    with started_again(target, "writer-1"):
        target.kill_part("writer-1")
        assert part(target, "writer-1").state == "killed"
        assert target.status().problems == []


@pytest.mark.needs("break")
def test_a_part_that_dies_is_named_with_the_end_of_its_log(target: Target) -> None:
    pid = part(target, "ingest").pid
    assert pid is not None
    with started_again(target, "ingest"):
        os.kill(pid, 9)
        await_state(target, "ingest", "died")
        [problem] = target.status().problems
        assert "ingest died (signal SIGKILL)" in problem
        assert "listening on" in problem
    assert target.status().problems == []


@pytest.mark.needs("break")
def test_starting_a_part_that_runs_changes_nothing(target: Target) -> None:
    before = part(target, "kafka")
    target.start_part("kafka")
    assert part(target, "kafka") == before


@pytest.mark.needs("break")
def test_an_unknown_part_is_an_error_that_lists_the_parts(target: Target) -> None:
    parts = ", ".join(part.name for part in target.status().parts)
    assert "kafka" in parts
    with pytest.raises(WrongUse, match=f"no part 'zookeeper'; parts of this stack: {parts}"):
        target.stop_part("zookeeper")


@pytest.mark.needs("meter")
def test_its_meters_count_up(target: Target) -> None:
    def total() -> int:
        return sum(one.requests for one in target.readings().requests or () if one.service == "s3")

    before = total()
    s3_client(target.status().endpoints).list_objects_v2(Bucket="olist-data-lake-silver")
    assert total() > before
    logged = target.readings().kafka_bytes
    assert logged is not None
    endpoints = target.status().endpoints
    producer = Producer(endpoints.kafka_client)
    producer.produce(endpoints.topic, value=b"a record that is no event")
    assert producer.flush(DEADLINE_S) == 0
    assert (target.readings().kafka_bytes or 0) > logged


def test_what_it_cannot_do_is_refused_with_a_word(target: Target) -> None:
    if "break" not in target.abilities:
        for refused in (target.stop_part, target.start_part, target.kill_part):
            with pytest.raises(TargetError, match="names endpoints, not processes"):
                refused("kafka")
    if "configure" not in target.abilities:
        with pytest.raises(TargetError, match="cannot be configured"):
            target.configure(PipelineSettings())
    if "meter" not in target.abilities:
        assert target.readings().requests is None
