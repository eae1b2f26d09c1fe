"""The sender speaks to a server that asks for TLS, a certificate and a token, and says what is wrong if it cannot."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import grpc
import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from loadgen.arrivals import Arrivals, Phase
from loadgen.client import CallKind, Client
from loadgen.errors import NoServerError
from loadgen.order_settings import OrderSettings
from loadgen.security import Security, open_channel
from loadgen.send import send
from loadgen.send_log import SendLog
from loadgen.source import open_source
from scenarios.runner.preflight import preflight
from scenarios.targets.embedded.target import EmbeddedTarget
from scenarios.targets.errors import TargetError
from tests.native.authority import Authority, put, tls_flags
from tests.native.ingestd import ingestd
from tests.native.ingestd import send as answer_to

pytestmark = pytest.mark.integration

TOPIC = "secured-load"
EVENTS = 50


@dataclass(frozen=True)
class Guarded:
    """A server, and what one must show to it."""

    address: str
    security: Security


@pytest.fixture(scope="module")
def guarded(stack: EmbeddedTarget, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder, kafka = tmp_path_factory.mktemp("guarded"), stack.status().endpoints.kafka
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(30)
    servers, clients = Authority(), Authority()
    servers.certify_server(folder)
    put(folder / "clients.pem", clients.root)
    put(folder / "tokens", b"shop shop-secret\n")
    key, certificate = (pem.decode() for pem in clients.client("shop"))
    flags = [*tls_flags(folder), "--tls-client-ca", str(folder / "clients.pem")]
    flags += ["--bearer-tokens", str(folder / "tokens")]
    with ingestd(kafka, TOPIC, folder / "log", flags) as server:
        yield Guarded(
            f"127.0.0.1:{server.port}", Security(servers.root.decode(), certificate, key, token="shop-secret")
        )


def send_to(server: Guarded, call: CallKind = "stream") -> SendLog:
    events, arrivals = open_source(f"olist:{EVENTS}", OrderSettings(seed=1)), Arrivals([Phase(1, EVENTS)])
    return send(events, arrivals, Client(server.address, "p", security=server.security, call=call, connect_timeout_s=2))


@pytest.mark.parametrize("call", ["stream", "unary", "batch"])
def test_a_guarded_server_takes_the_events_of_whom_it_knows(guarded: Guarded, call: CallKind) -> None:
    assert send_to(guarded, call).ok == EVENTS


def test_a_python_client_shows_the_same(guarded: Guarded) -> None:
    with open_channel(guarded.address, guarded.security) as channel:
        assert answer_to(channel) == grpc.StatusCode.OK


@pytest.mark.parametrize("call", ["stream", "unary", "batch"])
def test_events_with_a_token_that_nobody_knows_have_failed(guarded: Guarded, call: CallKind) -> None:
    log = send_to(replace(guarded, security=replace(guarded.security, token="stolen")), call)
    assert (log.ok, log.failed + log.unknown) == (0, EVENTS)
    assert grpc.StatusCode.UNAUTHENTICATED.value[0] in log.table["code"].to_pylist()


@pytest.mark.parametrize("wrong", [{"roots": ""}, {"certificate": "", "key": ""}, {"certificate": "no PEM"}])
def test_a_server_that_is_not_trusted_or_trusts_nobody_is_not_reached(guarded: Guarded, wrong: dict[str, str]) -> None:
    with pytest.raises(NoServerError, match="over TLS within 2 s"):
        send_to(replace(guarded, security=replace(guarded.security, **wrong)))


def test_a_token_that_nobody_knows_is_said_before_a_run(guarded: Guarded, stack: EmbeddedTarget) -> None:
    known = replace(stack.status().endpoints, grpc=guarded.address, security=guarded.security)
    preflight(known)
    with pytest.raises(TargetError, match="refuses us"):
        preflight(replace(known, security=replace(guarded.security, token="stolen")))
