"""Locust's users for the ingest server: `locust -f loadgen/locustfile.py --host 127.0.0.1:50051`.

By itself each user sends made-up orders one after the other, as fast as they are acknowledged. As a worker of
`keystone run --engine locust` they share the plan of a scenario, and what became of each event goes into its record.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

import gevent
import gevent.event
import grpc
from grpc.experimental.gevent import init_gevent
from keystone.ingest.v1.ingestion_pb2_grpc import IngestionServiceStub
from locust import User, events, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import WorkerRunner

from loadgen.cell_file import CellFiles
from loadgen.channel import COORDINATOR_VARIABLE, KEY_VARIABLE, parse_address
from loadgen.errand import Errand, join
from loadgen.errors import LoadgenError, NoServerError
from loadgen.locust_rows import FAILED, OK, UNKNOWN, Answered
from loadgen.locust_share import EndlessOrders, LocustShare, Share
from loadgen.row_file import RowFile
from loadgen.security import Security, open_channel
from loadgen.send import PROGRESS_SECONDS

init_gevent()

ANSWER_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 10.0
DEFAULT_HOST = "127.0.0.1:50051"
NAMES_OF_OUTCOMES = {"failed": FAILED, "unknown": UNKNOWN}
"""As the server's trailer has them."""


class Party:
    """This process's share, which all its users work at; known once a coordinator, if there is one, has given it."""

    def __init__(self) -> None:
        self._begun: gevent.event.AsyncResult[tuple[Share, IngestionServiceStub]] = gevent.event.AsyncResult()
        self._spawned = gevent.event.Event()

    def join(self) -> tuple[Share, IngestionServiceStub]:
        """Wait until both are known."""
        # Never None, which the stubs allow for.
        return self._begun.get()  # type: ignore[return-value]

    def alone(self, host: str) -> None:
        """No coordinator: made-up orders without end."""
        self._begun.set((EndlessOrders(f"locust-{os.getpid()}", os.getpid()), _service(host)))

    def all_here(self, **_: Any) -> None:
        """All users of this process are there."""
        self._spawned.set()

    def work(self, address: tuple[str, int], key: bytes, end: Callable[[], None]) -> None:
        """Do the coordinator's task; then, or when the coordinator is gone, this process has nothing to do."""
        with join(address, key) as errand:
            try:
                self._do_task(errand)
            except LoadgenError as error:
                errand.fail(error)
            finally:
                end()

    def _do_task(self, errand: Errand) -> None:
        # Waiting for the coordinator must not stop the users, so native threads do it.
        native = gevent.get_hub().threadpool
        plan, clock = native.apply(errand.fetch)
        with RowFile() as file, CellFiles() as cells:
            share = LocustShare(plan, clock, file, cells)
            service = _connected(plan.client.address, plan.client.security)
            self._begun.set((share, service))
            try:
                self._spawned.wait()
                share.begin(native.apply(errand.await_start))
                stop = native.spawn(errand.await_stop)
                while not share.is_over.wait(PROGRESS_SECONDS):
                    errand.report(share.sent())
                    if stop.ready():
                        share.stop()
                errand.report(share.sent())
                errand.give(share.log())
                # Until the coordinator has seen that Locust's master knows all that was sent, too.
                stop.get()
            finally:
                share.stop()


party = Party()


class Producer(User):
    """Sends one event after the other, each when it is due."""

    @task
    def send_event(self) -> None:
        """One event; the user goes when there is none."""
        share, service = party.join()
        taken = share.take()
        if taken is None:
            raise StopUser
        request, row = taken
        answered, failure = Answered(UNKNOWN, grpc.StatusCode.CANCELLED.value[0]), None
        try:
            answer = service.SendEvent(request, timeout=ANSWER_TIMEOUT_S)
            answered = Answered(OK if answer.success else UNKNOWN, 0, answer.partition, answer.offset)
        except grpc.RpcError as error:
            failure = error
            outcome = next(
                (NAMES_OF_OUTCOMES[value] for key, value in _trailers(error) if key == "keystone-outcome"), UNKNOWN
            )
            answered = Answered(outcome, error.code().value[0])
        finally:
            # Also where Locust ends the user in the middle: then nobody knows.
            took_ms = share.settle(row, answered)
        self.environment.events.request.fire(
            request_type="gRPC",
            name="SendEvent",
            response_time=took_ms,
            response_length=0,
            exception=failure,
            context={},
        )


def _service(address: str) -> IngestionServiceStub:
    return IngestionServiceStub(grpc.insecure_channel(address))


def _connected(address: str, security: Security | None) -> IngestionServiceStub:
    channel = open_channel(address, security)
    try:
        grpc.channel_ready_future(channel).result(CONNECT_TIMEOUT_S)
    except grpc.FutureTimeoutError:
        raise NoServerError(f"no ingest server answers at {address!r} within {CONNECT_TIMEOUT_S:g} s") from None
    return IngestionServiceStub(channel)


def _trailers(error: Any) -> Iterable[tuple[str, str]]:
    # Its stubs know metadata that cannot be looked through.
    return error.trailing_metadata() or ()


def _begin(environment: Environment, **_: Any) -> None:
    address = os.environ.get(COORDINATOR_VARIABLE)
    if address is None:
        party.alone(environment.host or DEFAULT_HOST)
    elif isinstance(environment.runner, WorkerRunner):
        # Locust's events have no types.
        environment.events.spawning_complete.add_listener(party.all_here)  # type: ignore[no-untyped-call]
        key = os.environ[KEY_VARIABLE].encode()
        gevent.spawn(party.work, parse_address(address), key, environment.runner.quit)


# As above.
events.init.add_listener(_begin)  # type: ignore[no-untyped-call]
