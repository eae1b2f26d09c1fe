"""Whether all that a run needs of a stack answers, asked before anything is sent to it."""

from collections.abc import Callable, Iterator

import grpc
import psycopg

from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.runner.metering import WRITTEN
from scenarios.runner.topic_watch import TopicWatch
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints

TIMEOUT_S = 10


def preflight(endpoints: Endpoints) -> None:
    """Ask the ingest server, Kafka, the lake and Postgres.

    Raises:
        TargetError: some of them do not answer as they must; the text says which, and all of them.
    """
    problems = [problem for check in (_ingest, _kafka, _lake, _postgres) for problem in _problem(check, endpoints)]
    if problems:
        raise TargetError("the target is not ready, nothing was sent:\n" + "\n".join(f"  {one}" for one in problems))


def _problem(check: Callable[[Endpoints], None], endpoints: Endpoints) -> Iterator[str]:
    try:
        check(endpoints)
    except TargetError as error:
        yield str(error)


def _ingest(endpoints: Endpoints) -> None:
    with grpc.insecure_channel(endpoints.grpc) as channel:
        try:
            grpc.channel_ready_future(channel).result(TIMEOUT_S)
        except grpc.FutureTimeoutError:
            raise TargetError(f"no ingest server answers at {endpoints.grpc} (key grpc)") from None


def _kafka(endpoints: Endpoints) -> None:
    TopicWatch(endpoints).lag()


def _lake(endpoints: Endpoints) -> None:
    with lake_errors():
        LakeReader(endpoints).sizes(WRITTEN)


def _postgres(endpoints: Endpoints) -> None:
    try:
        with psycopg.connect(
            endpoints.postgres.pooled, connect_timeout=TIMEOUT_S, prepare_threshold=None
        ) as connection:
            connection.execute("SELECT 1 FROM batches LIMIT 1")
    except psycopg.Error as error:
        raise TargetError(f"the journal of batches cannot be read (key postgres): {error}") from None
