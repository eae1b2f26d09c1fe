"""Locust's users for the ingest server: `locust -f loadgen/locustfile.py --host 127.0.0.1:50051`.

By itself each user sends made-up orders one after the other, as fast as they are acknowledged. As a worker of
`keystone run --engine locust` they share the plan of a scenario, and what became of each event goes into its record.
"""

import os
from collections.abc import Iterable
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

from loadgen.arrivals import Arrivals, Phase
from loadgen.channel import COORDINATOR_VARIABLE, KEY_VARIABLE, Channel, Hello, Ready, Stop, parse_address, this_host
from loadgen.clock import Clock
from loadgen.errors import LoadgenError, NoServerError
from loadgen.locust_share import FAILED, OK, UNKNOWN, LocustShare
from loadgen.order_settings import OrderSettings
from loadgen.send import PROGRESS_SECONDS
from loadgen.task import Task
from loadgen.worker import give_record, join

init_gevent()

ANSWER_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 10.0
DEFAULT_HOST = "127.0.0.1:50051"
ENDLESS = Arrivals([Phase(1e6, 1e6)])
"""More than anybody sends: each event is due when a user is free."""
OUTCOMES = {"failed": FAILED, "unknown": UNKNOWN}


class Party:
    """This process's share, which all its users work at; known once a coordinator, if there is one, has given it."""

    def __init__(self) -> None:
        self._begun: gevent.event.AsyncResult[tuple[LocustShare, IngestionServiceStub]] = gevent.event.AsyncResult()
        self._spawned = gevent.event.Event()

    def join(self) -> tuple[LocustShare, IngestionServiceStub]:
        """Wait until both are known."""
        # Never None, which the stubs allow for.
        return self._begun.get()  # type: ignore[return-value]

    def alone(self, host: str) -> None:
        """No coordinator: made-up orders without end."""
        clock = Clock()
        share = LocustShare(Task("olist", OrderSettings(), ENDLESS, host, "locust", "unary", 1), clock)
        share.begin(clock.now_ns())
        self._begun.set((share, IngestionServiceStub(grpc.insecure_channel(host))))

    def all_here(self, **_: Any) -> None:
        """All users of this process are there."""
        self._spawned.set()

    def work(self, address: tuple[str, int], key: bytes) -> None:
        """Do the coordinator's task."""
        # Waiting for the coordinator must not stop the users, so native threads do it.
        native = gevent.get_hub().threadpool
        channel = join(address, key)
        channel.send(Hello(this_host()))
        plan, anchor_ns, _ = native.apply(channel.receive)
        try:
            share, service = LocustShare(plan, Clock(anchor_ns)), _connect(plan.address)
        except LoadgenError as error:
            channel.send(error)
            return
        self._begun.set((share, service))
        self._spawned.wait()
        channel.send(Ready())
        start_ns = native.apply(channel.receive)
        stop = native.spawn(_receive_or_none, channel)
        if isinstance(start_ns, Stop):
            share.stop()
        else:
            share.begin(start_ns)
        while not share.is_over.wait(PROGRESS_SECONDS):
            channel.send(share.sent())
            if stop.ready():
                share.stop()
        channel.send(share.sent())
        give_record(channel, share.log())


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
        failure = None
        try:
            answer = service.SendEvent(request, timeout=ANSWER_TIMEOUT_S)
            took_ms = share.settle(row, OK if answer.success else UNKNOWN, 0, answer.partition, answer.offset)
        except grpc.RpcError as error:
            failure = error
            outcome = next((OUTCOMES[value] for key, value in _trailers(error) if key == "keystone-outcome"), UNKNOWN)
            took_ms = share.settle(row, outcome, error.code().value[0])
        self.environment.events.request.fire(
            request_type="gRPC",
            name="SendEvent",
            response_time=took_ms,
            response_length=0,
            exception=failure,
            context={},
        )


def _connect(address: str) -> IngestionServiceStub:
    channel = grpc.insecure_channel(address)
    try:
        grpc.channel_ready_future(channel).result(CONNECT_TIMEOUT_S)
    except grpc.FutureTimeoutError:
        raise NoServerError(f"no ingest server answers at {address!r} within {CONNECT_TIMEOUT_S:g} s") from None
    return IngestionServiceStub(channel)


def _trailers(error: Any) -> Iterable[tuple[str, str]]:
    # Its stubs know metadata that cannot be looked through.
    return error.trailing_metadata() or ()


def _receive_or_none(channel: Channel) -> None:
    """Until the coordinator says stop, or is gone."""
    try:
        channel.receive()
    except (EOFError, OSError):
        return


def _begin(environment: Environment, **_: Any) -> None:
    address = os.environ.get(COORDINATOR_VARIABLE)
    if address is None:
        party.alone(environment.host or DEFAULT_HOST)
    elif isinstance(environment.runner, WorkerRunner):
        environment.events.spawning_complete.add_listener(party.all_here)  # type: ignore[no-untyped-call]
        gevent.spawn(party.work, parse_address(address), os.environ[KEY_VARIABLE].encode())


events.init.add_listener(_begin)  # type: ignore[no-untyped-call]
