"""A broker that is reached by TLS and a password, and takes nothing else."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import trustme
from confluent_kafka.admin import AdminClient, NewTopic
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from scenarios.targets.embedded.kafka import java
from scenarios.targets.embedded.kafka.config import LISTENERS, write_config
from scenarios.targets.embedded.ports import free_ports, is_listening
from tests.native.ingestd import await_true, ingestd, send

pytestmark = [pytest.mark.integration, pytest.mark.slow]

TOPIC = "secured"
USER, PASSWORD = "ingest", "made-up-password"


@dataclass(frozen=True)
class SecuredKafka:
    """Its address for those who have a password, and the authority that signed its certificate."""

    address: str
    authority: Path


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
            _prepare(f"127.0.0.1:{plain[LISTENERS.index('client')]}")
            yield SecuredKafka(f"127.0.0.1:{secured}", folder / "authority.pem")
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
        "listener.name.secured.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secured.plain.sasl.jaas.config": (
            f'org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}="{PASSWORD}";'
        ),
    }
    return "".join(f"{key}={value}\n" for key, value in more.items())


def _prepare(address: str) -> None:
    admin = AdminClient({"bootstrap.servers": address})
    admin.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(30)


def flags(kafka: SecuredKafka, password: Path) -> list[str]:
    return [
        *("--kafka-security", "sasl_ssl", "--kafka-sasl-mechanism", "PLAIN", "--kafka-ca", str(kafka.authority)),
        *("--kafka-sasl-username", USER, "--kafka-sasl-password-file", str(password)),
        *("--delivery-timeout-ms", "3000"),
    ]


@pytest.mark.parametrize(
    ("password", "answer"), [(PASSWORD, grpc.StatusCode.OK), ("wrong-password", grpc.StatusCode.DEADLINE_EXCEEDED)]
)
def test_the_server_reaches_kafka_by_tls_and_its_password(
    secured_kafka: SecuredKafka, tmp_path: Path, password: str, answer: grpc.StatusCode
) -> None:
    file = tmp_path / "password"
    file.write_text(f"{password}\n")
    with (
        ingestd(secured_kafka.address, TOPIC, tmp_path / "log", flags(secured_kafka, file)) as server,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        assert send(channel) == answer
        # No secret in an argument list, a log or an error.
        seen = Path(f"/proc/{server.process.pid}/cmdline").read_text() + server.said
        assert password not in seen
        assert ("Authentication failed" in server.said) == (password != PASSWORD)


def test_a_password_file_without_a_password_is_named(secured_kafka: SecuredKafka, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("\n")
    with (
        pytest.raises(AssertionError, match="did not listen"),
        ingestd(secured_kafka.address, TOPIC, tmp_path / "log", flags(secured_kafka, file)),
    ):
        pass
    assert f'--kafka-sasl-password-file is "{file}": must be a file' in (tmp_path / "log").read_text()
