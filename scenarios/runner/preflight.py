"""Whether all that a run needs of a stack answers, asked before anything is sent to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import boto3
import grpc
import psycopg
from keystone.ingest.v1.ingestion_pb2 import BatchRequest
from keystone.ingest.v1.ingestion_pb2_grpc import IngestionServiceStub

from loadgen.security import open_channel
from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.runner.metering import WRITTEN
from scenarios.runner.topic_watch import TopicWatch
from scenarios.targets.errors import TargetError, one_line
from scenarios.targets.interface import Endpoints

TIMEOUT_S = 10

_REFUSALS = (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)


def preflight(endpoints: Endpoints) -> None:
    """Ask the ingest server, Kafka, the lake and Postgres.

    Raises:
        TargetError: some of them do not answer as they must; the text says which, and all of them.
    """
    checks = {"grpc": _ingest, "kafka": _kafka, "aws": _lake, "schema_version": _schema, "postgres": _postgres}
    with ThreadPoolExecutor(len(checks), "preflight") as executor:
        answers = executor.map(partial(_problem, endpoints), *zip(*checks.items(), strict=True))
        problems = [problem for problem in answers if problem]
    if problems:
        raise TargetError("the target is not ready, nothing was sent:\n" + "\n".join(f"  {one}" for one in problems))


def _problem(endpoints: Endpoints, key: str, check: Callable[[Endpoints], None]) -> str | None:
    try:
        check(endpoints)
    except TargetError as error:
        return f"{key}: {error}"
    return None


def _ingest(endpoints: Endpoints) -> None:
    with open_channel(endpoints.grpc, endpoints.security) as channel:
        try:
            grpc.channel_ready_future(channel).result(TIMEOUT_S)
            # Of no event: it is refused if nobody may send any, and changes nothing.
            IngestionServiceStub(channel).SendBatch(BatchRequest(), timeout=TIMEOUT_S)
        except grpc.FutureTimeoutError:
            over = "" if endpoints.security is None else " over TLS, or it is not trusted"
            raise TargetError(f"no ingest server answers at {endpoints.grpc}{over}") from None
        except grpc.RpcError as error:
            if error.code() in _REFUSALS:
                raise TargetError(f"the ingest server at {endpoints.grpc} refuses us: {error.details()}") from None


def _kafka(endpoints: Endpoints) -> None:
    watch = TopicWatch(endpoints)
    if any(watch.ends().values()) and not any(watch.committed().values()):
        raise TargetError(
            f"group {endpoints.group!r} has committed nothing of topic {endpoints.topic!r}, which has records: "
            "is it the writers' group?"
        )


def _lake(endpoints: Endpoints) -> None:
    with lake_errors():
        LakeReader(endpoints).sizes(WRITTEN)


def _schema(endpoints: Endpoints) -> None:
    s3 = endpoints.s3
    with lake_errors():
        glue: Any = boto3.client(
            "glue",
            endpoint_url=endpoints.aws,
            region_name=s3.region,
            aws_access_key_id=s3.access_key,
            aws_secret_access_key=s3.secret_key,
        )
        try:
            glue.get_schema_version(SchemaVersionId=endpoints.schema_version)
        except glue.exceptions.EntityNotFoundException:
            raise TargetError(f"the schema registry has no version {endpoints.schema_version}") from None


def _postgres(endpoints: Endpoints) -> None:
    try:
        with psycopg.connect(
            endpoints.postgres.pooled, connect_timeout=TIMEOUT_S, prepare_threshold=None
        ) as connection:
            connection.execute("SELECT 1 FROM batches LIMIT 1")
    except psycopg.Error as error:
        raise TargetError(f"the journal of batches cannot be read: {one_line(error)}") from None
