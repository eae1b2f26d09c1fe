"""An endpoints file says where a stack is; what is wrong with it is said by line, and never shows a secret."""

from pathlib import Path

import pytest

from loadgen.security import Security
from scenarios.model.errors import InvalidScenario
from scenarios.targets.endpoints.file import read_endpoints

GOOD = """\
grpc: ingest.staging.example:50051
schema_version: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
kafka:
  bootstrap: b-1.example:9096,b-2.example:9096
  topic: orders
  group: writers
  settings:
    security.protocol: SASL_SSL
    sasl.password: {env: KAFKA_PASSWORD}
aws:
  region: eu-west-1
postgres:
  host: db.example
  port: 6432
  database: keystone
  user: {env: PG_USER}
  password: {file: SECRET}
"""
ENVIRONMENT = {"KAFKA_PASSWORD": "k-secret", "PG_USER": "keystone"}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("p-secret\n")
    return path


def write(secret: Path, text: str) -> Path:
    path = secret.with_name("staging.yaml")
    path.write_text(text.replace("SECRET", str(secret)))
    return path


def test_endpoints_come_with_the_credentials_that_the_file_points_to(secret: Path) -> None:
    found = read_endpoints(write(secret, GOOD), ENVIRONMENT)
    assert (found.grpc, found.topic, found.group) == ("ingest.staging.example:50051", "orders", "writers")
    assert found.kafka_client == {
        "bootstrap.servers": "b-1.example:9096,b-2.example:9096",
        "security.protocol": "SASL_SSL",
        "sasl.password": "k-secret",
    }
    assert (found.postgres.user, found.postgres.password) == ("keystone", "p-secret")
    assert found.postgres.direct_port == found.postgres.port == 6432
    assert (found.aws, found.s3.endpoint, found.s3.access_key, found.s3.region) == (None, None, None, "eu-west-1")
    assert "secret" not in repr(found)


def test_an_ingest_server_is_spoken_to_in_the_clear_unless_its_security_is_said(secret: Path) -> None:
    assert read_endpoints(write(secret, GOOD), ENVIRONMENT).security is None
    plain = read_endpoints(write(secret, f"{GOOD}grpc_security: {{}}\n"), ENVIRONMENT)
    assert plain.security == Security()
    text = f"{GOOD}grpc_security:\n  ca: {{file: SECRET}}\n  token: {{env: KAFKA_PASSWORD}}\n"
    found = read_endpoints(write(secret, text), ENVIRONMENT)
    assert found.security == Security(roots="p-secret", token="k-secret")
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("grpc: ingest.staging.example:50051\n", "", "grpc is missing"),
        (":50051", "", "line 1: grpc is 'ingest.staging.example', allowed is HOST:PORT"),
        (
            "topic: orders",
            "topics: orders",
            "line 5: kafka.topics is no key that is known here, allowed are bootstrap, topic, ",
        ),
        (
            "9096,b",
            "9096;b",
            "line 4: kafka.bootstrap is 'b-1.example:9096;b-2.example:9096', allowed is",
        ),
        (
            "region: eu-west-1",
            "region: eu-west-1\n  s3: minio:9000",
            "line 12: aws.s3 is 'minio:9000', allowed is http://",
        ),
        ("{env: PG_USER}", "{env: NOT_SET}", "line 16: postgres.user is in the environment variable NOT_SET"),
        (
            "{file: SECRET}",
            "{file: /nowhere}",
            "line 17: postgres.password is in the file /nowhere, which cannot be read",
        ),
        ("{file: SECRET}", "hunter2", "line 17: postgres.password: allowed is {env: NAME} or {file: PATH}"),
        (
            "{env: KAFKA_PASSWORD}",
            "hunter2",
            "line 7: kafka.settings is not as it must be: sasl.password stands in the file; allowed is {env:",
        ),
        ("{env: KAFKA_PASSWORD}", "{value: hunter2}", "line 9: kafka.settings.sasl.password"),
        ("{env: KAFKA_PASSWORD}", "{hunter2: x}", "line 9: kafka.settings.sasl.password: allowed is {env: NAME}"),
        ("{file: SECRET}", "{hunter2: x}", "line 17: postgres.password: allowed is {env: NAME}"),
        ("{file: SECRET}", "!hunter2 x", "line 17: is no plain YAML"),
        ("{file: SECRET}", "&hunter2 x", "line 17: is no plain YAML"),
        ("{file: SECRET}", "*hunter2", "line 17: is no plain YAML"),
        ("port: 6432", "port: postgres://u:hunter2@db", "line 14: postgres.port is not as it must be"),
        ("port: 6432", "port: 99999", "line 14: postgres.port is 99999: Input should be less than"),
        ("SASL_SSL", "[hunter2]", "line 8: kafka.settings.security.protocol is not as it must be"),
        ("{file: SECRET}", "{file: ~nobody-of-that-name/x}", "line 17: postgres.password is in the file ~nobody"),
        (
            GOOD[GOOD.index("postgres:") :],
            "postgres: postgres://u:hunter2@db\n",
            "line 12: postgres is not as it must be",
        ),
        (
            "region: eu-west-1",
            "region: eu-west-1\n  s3: https://u:hunter2@minio",
            "aws.s3 is not as it must be, allowed is",
        ),
        ("region: eu-west-1", "regoin: x", "allowed are region, glue, s3, access_key, secret_key"),
        ("grpc: ingest", "gprc: ingest", "allowed are grpc, grpc_security, schema_version, kafka, aws, postgres"),
        (GOOD, "[]\n", "the file is not as it must be"),
        ("{file: SECRET}", "{}", "line 17: postgres.password: allowed is {env: NAME} or {file: PATH}"),
        ("port: 6432", "port: many", "line 14: postgres.port is not as it must be: Input should be a valid integer"),
        ("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "seven", "line 2: schema_version is 'seven': "),
        ("grpc: ", "grpc: [", "staging.yaml"),
    ],
)
def test_what_is_wrong_is_said_by_line_and_key(secret: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(InvalidScenario) as raised:
        read_endpoints(write(secret, GOOD.replace(old, new)), ENVIRONMENT)
    assert message in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidScenario, match=r"nowhere\.yaml: cannot be read: No such file"):
        read_endpoints(tmp_path / "nowhere.yaml")
