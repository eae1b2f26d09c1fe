"""TLS, client certificates, tokens and rates: who gets in, and that what is rotated is in force without a restart."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from confluent_kafka.admin import AdminClient, NewTopic
from keystone.ingest.v1 import ingestion_pb2, ingestion_pb2_grpc

from scenarios.targets.embedded.target import EmbeddedTarget
from tests.native.authority import Authority, put, tls_flags
from tests.native.ingestd import Server, await_true, bearing, ingestd, send

pytestmark = pytest.mark.integration

TOPIC = "secured"
OK, UNAVAILABLE, UNAUTHENTICATED = grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED


@pytest.fixture(scope="module")
def kafka(stack: EmbeddedTarget) -> str:
    address = stack.status().endpoints.kafka
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(30)
    return address


def answer(server: Server, root: bytes, pair: tuple[bytes, bytes] | None = None) -> grpc.StatusCode:
    """To a client that trusts a root and has a certificate, or none, over a connection of its own."""
    key, chain = pair or (None, None)
    with grpc.secure_channel(f"127.0.0.1:{server.port}", grpc.ssl_channel_credentials(root, key, chain)) as channel:
        return send(channel)


def test_tls_is_spoken_to_those_who_trust_the_certificate_alone(kafka: str, tmp_path: Path) -> None:
    authority, other = Authority(), Authority()
    authority.certify_server(tmp_path)
    with ingestd(kafka, TOPIC, tmp_path / "log", tls_flags(tmp_path)) as server:
        assert answer(server, authority.root) == OK
        assert answer(server, other.root) == UNAVAILABLE
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            assert send(channel) == UNAVAILABLE


def test_a_certificate_is_rotated_without_a_restart_or_a_broken_connection(kafka: str, tmp_path: Path) -> None:
    before, after = Authority(), Authority()
    before.certify_server(tmp_path)
    with ingestd(kafka, TOPIC, tmp_path / "log", tls_flags(tmp_path)) as server:
        credentials = grpc.ssl_channel_credentials(before.root)
        with grpc.secure_channel(f"127.0.0.1:{server.port}", credentials) as open_channel:
            assert send(open_channel) == OK
            after.certify_server(tmp_path)
            await_true(lambda: answer(server, after.root) == OK, "the new certificate was not taken up")
            assert answer(server, before.root) == UNAVAILABLE
            assert send(open_channel) == OK
        assert server.process.poll() is None


def test_a_certificate_that_is_broken_costs_new_connections_until_it_is_whole(kafka: str, tmp_path: Path) -> None:
    authority = Authority()
    authority.certify_server(tmp_path)
    with ingestd(kafka, TOPIC, tmp_path / "log", tls_flags(tmp_path)) as server:
        credentials = grpc.ssl_channel_credentials(authority.root)
        with grpc.secure_channel(f"127.0.0.1:{server.port}", credentials) as open_channel:
            assert send(open_channel) == OK
            put(tmp_path / "cert.pem", b"-----BEGIN CERTIFICATE-----\n")
            await_true(lambda: answer(server, authority.root) == UNAVAILABLE, "the broken one was not looked at")
            await_true(lambda: "new connections fail: " in server.said, "nobody was told")
            assert f"{tmp_path / 'cert.pem'} holds no certificate in PEM" in server.said
            assert send(open_channel) == OK
            authority.certify_server(tmp_path)
            await_true(lambda: answer(server, authority.root) == OK, "the whole one was not taken up")
            await_true(lambda: "fit together again" in server.said, "nobody was told")
            (tmp_path / "key.pem").unlink()
            await_true(lambda: "those read before stay in force: " in server.said, "nobody was told")
            assert answer(server, authority.root) == OK


def test_a_key_of_another_certificate_is_refused_at_the_start(kafka: str, tmp_path: Path) -> None:
    Authority().certify_server(tmp_path)
    cert = (tmp_path / "cert.pem").read_bytes()
    Authority().certify_server(tmp_path)
    put(tmp_path / "cert.pem", cert)
    with (
        pytest.raises(AssertionError, match="did not listen"),
        ingestd(kafka, TOPIC, tmp_path / "log", tls_flags(tmp_path)),
    ):
        pass
    pair = f"{tmp_path / 'key.pem'} is not the key of the certificate in {tmp_path / 'cert.pem'}"
    assert f"--tls-cert and --tls-key: {pair}" in (tmp_path / "log").read_text()


def test_a_topic_that_is_missing_is_told_and_so_is_whether_the_server_serves(kafka: str, tmp_path: Path) -> None:
    with ingestd(kafka, "not-yet-there", tmp_path / "log") as server:
        await_true(lambda: 'topic "not-yet-there": ' in server.said, "nobody was told")
        assert "SERVING" not in server.said
        admin = AdminClient({"bootstrap.servers": kafka})
        admin.create_topics([NewTopic("not-yet-there", 1, 1)])["not-yet-there"].result(30)
        await_true(lambda: "SERVING: Kafka takes records" in server.said, "nobody was told")
        complaints = [line for line in server.said.splitlines() if "Unknown topic" in line]
        assert len(complaints) == 2, complaints  # one a producer


def test_clients_must_have_a_certificate_of_the_authority_that_is_asked_for(kafka: str, tmp_path: Path) -> None:
    servers, clients, others = Authority(), Authority(), Authority()
    servers.certify_server(tmp_path)
    put(tmp_path / "clients.pem", clients.root)
    flags = [*tls_flags(tmp_path), "--tls-client-ca", str(tmp_path / "clients.pem")]
    with ingestd(kafka, TOPIC, tmp_path / "log", flags) as server:
        assert answer(server, servers.root, clients.client("shop")) == OK
        assert answer(server, servers.root) == UNAVAILABLE
        assert answer(server, servers.root, others.client("shop")) == UNAVAILABLE
        put(tmp_path / "clients.pem", others.root)
        await_true(
            lambda: answer(server, servers.root, others.client("shop")) == OK, "the new authority was not taken up"
        )
        assert answer(server, servers.root, clients.client("shop")) == UNAVAILABLE


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    put(path, b"shop shop-secret\nmobile mobile-secret\n")
    return path


@pytest.fixture
def channel(kafka: str, tmp_path: Path, tokens: Path) -> Iterator[grpc.Channel]:
    flags = ["--bearer-tokens", str(tokens), "--max-events-per-second-per-client", "50"]
    with (
        ingestd(kafka, TOPIC, tmp_path / "log", flags) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        yield channel


def test_a_call_needs_a_token_that_is_in_the_file(channel: grpc.Channel, tokens: Path, tmp_path: Path) -> None:
    assert send(channel) == send(channel, "") == send(channel, "shop") == send(channel, "other") == UNAUTHENTICATED
    assert send(channel, "shop-secret") == send(channel, "mobile-secret") == OK
    put(tokens, b"shop another-secret\n")
    await_true(lambda: send(channel, "another-secret") == OK, "the new token was not taken up")
    assert send(channel, "shop-secret") == UNAUTHENTICATED
    put(tokens, b"another-secret\n")
    await_true(lambda: "those read before stay in force" in (tmp_path / "log").read_text(), "nothing was said")
    assert send(channel, "another-secret") == OK
    assert "secret" not in (tmp_path / "log").read_text()


def test_batches_and_streams_need_a_token_too(channel: grpc.Channel) -> None:
    stub = ingestion_pb2_grpc.IngestionServiceStub(channel)
    event = ingestion_pb2.EventRequest(payload_json='{"order_id":"o"}')
    batch = ingestion_pb2.BatchRequest(events=[event])
    for token, code in {"nothing": UNAUTHENTICATED, "shop-secret": OK}.items():
        whole = stub.SendBatch.future(batch, metadata=bearing(token))
        whole.exception()
        stream = stub.StreamEvents(iter([event]), metadata=bearing(token))
        with contextlib.suppress(grpc.RpcError):
            list(stream)
        assert whole.code() == stream.code() == code
        for call in (whole, stream):
            assert (("keystone-outcome", "failed") in call.trailing_metadata()) == (code != OK)


def test_a_client_beyond_its_rate_is_refused_and_others_are_not(channel: grpc.Channel) -> None:
    stub = ingestion_pb2_grpc.IngestionServiceStub(channel)
    batch = ingestion_pb2.BatchRequest(
        events=[ingestion_pb2.EventRequest(payload_json='{"order_id":"o"}', seq=seq) for seq in range(200)]
    )
    acks = stub.SendBatch(batch, metadata=bearing("shop-secret")).acks
    refused = [ack for ack in acks if ack.outcome == ingestion_pb2.OUTCOME_FAILED]
    assert 140 <= len(refused) <= 150
    assert {ack.code for ack in refused} == {grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]}
    assert all(0 < ack.retry_after_ms <= 1000 for ack in refused)
    assert send(channel, "mobile-secret") == OK


def test_files_that_cannot_be_used_are_named_at_the_start(kafka: str, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense"
    nonsense.write_text("secret words\nand more\nthan a token\n")
    for flags, said in [
        (
            ["--tls-cert", str(nonsense), "--tls-key", str(nonsense)],
            f"--tls-key: {nonsense} holds no certificate in PEM",
        ),
        (["--bearer-tokens", str(nonsense)], f"{nonsense}, line 3: not of the form NAME TOKEN"),
    ]:
        with pytest.raises(AssertionError, match="did not listen"), ingestd(kafka, TOPIC, tmp_path / "log", flags):
            pass
        assert said in (tmp_path / "log").read_text()
        assert "secret" not in (tmp_path / "log").read_text()
