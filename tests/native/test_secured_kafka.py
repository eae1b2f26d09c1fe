"""A broker that is reached by TLS and a password, and takes nothing else."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import trustme
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    NewTopic,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from grpc_health.v1 import health_pb2, health_pb2_grpc

from scenarios.targets.embedded.kafka import java
from scenarios.targets.embedded.kafka.config import LISTENERS, write_config
from scenarios.targets.embedded.ports import free_ports, is_listening
from tests.native.ingestd import Server, await_true, ingestd, send

pytestmark = [pytest.mark.integration, pytest.mark.slow]

TOPIC = "secured"
USER, PASSWORD, WRONG_PASSWORD = "ingest", "made-up-password", "wrong-password"
SCRAM = {"SCRAM-SHA-256": ScramMechanism.SCRAM_SHA_256, "SCRAM-SHA-512": ScramMechanism.SCRAM_SHA_512}
SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@dataclass(frozen=True)
class SecuredKafka:
    """Its address for those who have a password, the authority that signed its certificate, and an open back door."""

    address: str
    authority: Path
    open_address: str

    def count(self) -> int:
        """How many records the topic has."""
        consumer = Consumer({"bootstrap.servers": self.open_address, "group.id": "nobody"})
        try:
            first, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=30)
        finally:
            consumer.close()
        return int(end - first)


def key_store(pair: trustme.LeafCert) -> bytes:
    """As Kafka wants it: the key in PKCS #8, then the certificate."""
    key = load_pem_private_key(pair.private_key_pem.bytes(), None)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pair.cert_chain_pems[0].bytes()


@pytest.fixture(scope="module")
def secured_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    folder = tmp_path_factory.mktemp("secured-kafka")
    *plain, secured, controller = free_ports(len(LISTENERS) + 2)
    config = write_config(folder, dict(zip(LISTENERS, plain, strict=True)), controller)
    ca = trustme.CA()
    (folder / "authority.pem").write_bytes(ca.cert_pem.bytes())
    (folder / "keystore.pem").write_bytes(key_store(ca.issue_cert("127.0.0.1")))
    config.write_text(config.read_text() + _listener(config, secured))
    with (folder / "log").open("wb") as log:
        broker = subprocess.Popen(java.command(config.name), cwd=folder, stdout=log, stderr=log)
        try:
            await_true(lambda: is_listening(secured), "the broker did not listen")
            open_address = f"127.0.0.1:{plain[LISTENERS.index('client')]}"
            _prepare(open_address)
            yield SecuredKafka(f"127.0.0.1:{secured}", folder / "authority.pem", open_address)
        finally:
            broker.terminate()
            broker.wait(30)


def _listener(config: Path, port: int) -> str:
    """Settings of one more listener; the last of two of the same name counts."""
    settings = dict(line.partition("=")[::2] for line in config.read_text().splitlines())
    more = {
        "listeners": f"{settings['listeners']},SECURED://127.0.0.1:{port}",
        "advertised.listeners": f"{settings['advertised.listeners']},SECURED://127.0.0.1:{port}",
        "listener.security.protocol.map": f"{settings['listener.security.protocol.map']},SECURED:SASL_SSL",
        "listener.name.secured.ssl.keystore.type": "PEM",
        "listener.name.secured.ssl.keystore.location": "keystore.pem",
        "listener.name.secured.sasl.enabled.mechanisms": ",".join(["PLAIN", *SCRAM]),
        "listener.name.secured.plain.sasl.jaas.config": (
            f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        ),
        # Users who log in with SCRAM are kept in Kafka itself.
        **{
            f"listener.name.secured.{name.lower()}.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            )
            for name in SCRAM
        },
    }
    return "".join(f"{key}={value}\n" for key, value in more.items())


def _prepare(address: str) -> None:
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(30)
    for mechanism in SCRAM.values():  # one user of one mechanism a request is what Kafka takes
        user = UserScramCredentialUpsertion(USER, ScramCredentialInfo(mechanism, 4096), PASSWORD.encode())
        admin.alter_user_scram_credentials([user])[USER].result(30)


def flags(kafka: SecuredKafka, mechanism: str, password: Path) -> list[str]:
    return [
        *("--kafka-security", "sasl_ssl", "--kafka-sasl-mechanism", mechanism, "--kafka-ca", str(kafka.authority)),
        *("--kafka-sasl-username", USER, "--kafka-sasl-password-file", str(password)),
        *("--delivery-timeout-ms", "3000"),
    ]


def health(channel: grpc.Channel) -> int:
    return int(health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest()).status)


@contextmanager
def server_with(
    password: str, mechanism: str, kafka: SecuredKafka, folder: Path
) -> Iterator[tuple[Server, grpc.Channel]]:
    """A server, and a client's way to it. It is checked that the password is told nowhere."""
    file = folder / "password"
    file.write_text(f"{password}\n")
    with (
        ingestd(kafka.address, TOPIC, folder / "log", flags(kafka, mechanism, file)) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        yield server, channel
        seen = Path(f"/proc/{server.process.pid}/cmdline").read_text() + server.said
        assert password not in seen


@pytest.mark.parametrize("mechanism", ["PLAIN", *SCRAM])
def test_the_server_reaches_kafka_by_tls_and_its_password(
    secured_kafka: SecuredKafka, tmp_path: Path, mechanism: str
) -> None:
    before = secured_kafka.count()
    with server_with(PASSWORD, mechanism, secured_kafka, tmp_path) as (server, channel):
        for seq in range(100):
            assert send(channel, seq=seq) == grpc.StatusCode.OK
        await_true(lambda: health(channel) == SERVING, "health did not follow")
        assert "Kafka (" not in server.said  # a producer's complaint
    assert secured_kafka.count() == before + 100


@pytest.mark.parametrize("mechanism", ["PLAIN", *SCRAM])
def test_a_wrong_password_is_told_once_and_the_server_is_not_healthy(
    secured_kafka: SecuredKafka, tmp_path: Path, mechanism: str
) -> None:
    before = secured_kafka.count()
    with server_with(WRONG_PASSWORD, mechanism, secured_kafka, tmp_path) as (server, channel):
        assert send(channel) == grpc.StatusCode.DEADLINE_EXCEEDED
        assert health(channel) == NOT_SERVING
        told = [line for line in server.said.splitlines() if "Authentication failed" in line]
        # Once by each of the two producers, however often they try.
        assert len(told) == 2
        assert all("Local: Authentication failure" in line for line in told)
    assert secured_kafka.count() == before


def test_a_password_file_without_a_password_is_named(secured_kafka: SecuredKafka, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("\n")
    with (
        pytest.raises(AssertionError, match="did not listen"),
        ingestd(secured_kafka.address, TOPIC, tmp_path / "log", flags(secured_kafka, "PLAIN", file)),
    ):
        pass
    assert f'--kafka-sasl-password-file is "{file}": must be a file' in (tmp_path / "log").read_text()
