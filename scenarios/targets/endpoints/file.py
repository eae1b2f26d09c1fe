"""The file that says where a stack is that somebody else runs: endpoints, and where credentials are to be found.

Credentials never stand in the file itself: each is `{env: NAME}`, an environment variable, or `{file: PATH}`, a file
that holds nothing else.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from loadgen.security import Security
from scenarios.model import yaml_text
from scenarios.model.errors import InvalidScenario, Place, Problem
from scenarios.targets.interface import Endpoints, PostgresEndpoint, S3Endpoint

Environment = Mapping[str, str]

_HOST_PORT: Final = r"[^\s/:@,]+:[0-9]{1,5}"
_HOST_PORTS: Final = rf"{_HOST_PORT}(,{_HOST_PORT})*"
_URL: Final = r"https?://[^\s/@_]+"
HostPort = Annotated[str, Field(pattern=f"^{_HOST_PORT}$")]
HostPorts = Annotated[str, Field(pattern=f"^{_HOST_PORTS}$")]
Url = Annotated[str, Field(pattern=f"^{_URL}$")]

_IN_WORDS: Final = {
    f"^{_HOST_PORT}$": "HOST:PORT",
    f"^{_HOST_PORTS}$": "HOST:PORT, several of them with commas between",
    f"^{_URL}$": "http://HOST[:PORT] or https://HOST[:PORT]",
}

_SHOWN: Final = ("grpc", "schema_version", "bootstrap", "topic", "group", "region", "glue", "s3", "host", "database")
"""Keys whose wrong value a message may repeat, as it may a wrong port; others' may be secrets in the wrong place."""

_SECRETS: Final = (
    *("user", "password", "access_key", "secret_key", "ca", "certificate", "key", "token", "env", "file"),
)

_NO_YAML: Final = (
    "is no plain YAML; a mapping of keys to values is allowed, each key once, without tags, anchors and aliases. What "
    "stands there is not repeated: it may be a secret in the wrong place"
)

_SECRET_SETTING: Final = re.compile(r"password|passphrase|secret|key\.pem$|oauthbearer\.config")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Secret(_Part):
    """Where a credential is."""

    env: str | None = Field(default=None, min_length=1)
    file: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Secret":
        if (self.env is None) == (self.file is None):
            raise ValueError("allowed is {env: NAME} or {file: PATH}")
        return self


class GrpcSecurityPart(_Part):
    """That the ingest server speaks TLS; `ca` if its authority is not one of those that gRPC brings along."""

    ca: Secret | None = None
    certificate: Secret | None = None
    key: Secret | None = None
    token: Secret | None = None


class KafkaPart(_Part):
    """Kafka: `settings` are librdkafka's, such as security.protocol; each a text or where to find it."""

    bootstrap: HostPorts
    topic: str = Field(min_length=1)
    group: str = Field(min_length=1)
    settings: Mapping[str, str | Secret] = Field(default_factory=dict)

    @field_validator("settings")
    @classmethod
    def _no_plain_secrets(cls, settings: Mapping[str, str | Secret]) -> Mapping[str, str | Secret]:
        for name, value in settings.items():
            if isinstance(value, str) and _SECRET_SETTING.search(name):
                raise ValueError(f"{name} stands in the file; allowed is {{env: NAME}} or {{file: PATH}}")
        return settings


class AwsPart(_Part):
    """S3 and Glue: with null endpoints AWS's own, with null keys its usual chain of credentials."""

    region: str = Field(min_length=1)
    glue: Url | None = None
    s3: Url | None = None
    access_key: Secret | None = None
    secret_key: Secret | None = None


class PostgresPart(_Part):
    """The journal of batches; `direct_port` if it is not the pooler's."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    direct_port: int | None = Field(default=None, ge=1, le=65535)
    database: str = Field(min_length=1)
    user: Secret
    password: Secret


def _uuid(text: str) -> str:
    return str(UUID(text))


class EndpointsFile(_Part):
    """All of the file."""

    grpc: HostPort
    grpc_security: GrpcSecurityPart | None = None
    schema_version: Annotated[str, AfterValidator(_uuid)]
    kafka: KafkaPart
    aws: AwsPart
    postgres: PostgresPart


def read_endpoints(path: Path, environment: Environment = os.environ) -> Endpoints:
    """The endpoints that a file names, with their credentials.

    Raises:
        InvalidScenario: the file cannot be read, says what is not allowed, or a credential is not where it says.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InvalidScenario([Problem(Place(str(path)), f"cannot be read: {reason}")]) from None
    document = _parse(text, str(path))
    try:
        file = EndpointsFile.model_validate_json(json.dumps(document.value), strict=True)
    except ValidationError as error:
        raise InvalidScenario(_problems(error, document, str(path))) from None

    def where(*key: str) -> Place:
        return Place(str(path), document.line(key))

    return _endpoints(file, lambda secret, *key: _reveal(secret, environment, where(*key), ".".join(key)))


def _parse(text: str, path: str) -> yaml_text.Document:
    try:
        document = yaml_text.parse(text, path)
        problems = document.problems
    except InvalidScenario as error:
        problems = error.problems
    if problems:
        raise InvalidScenario(Problem(problem.place, _NO_YAML) for problem in problems) from None
    return document


def _endpoints(file: EndpointsFile, reveal: Callable[..., str]) -> Endpoints:
    aws, postgres = file.aws, file.postgres
    settings = {
        name: reveal(value, "kafka", "settings", name) if isinstance(value, Secret) else value
        for name, value in file.kafka.settings.items()
    }
    return Endpoints(
        grpc=file.grpc,
        security=_security(file.grpc_security, reveal),
        kafka=file.kafka.bootstrap,
        kafka_settings=settings,
        aws=aws.glue,
        s3=S3Endpoint(
            endpoint=aws.s3,
            access_key=reveal(aws.access_key, "aws", "access_key") if aws.access_key else None,
            secret_key=reveal(aws.secret_key, "aws", "secret_key") if aws.secret_key else None,
            region=aws.region,
        ),
        postgres=PostgresEndpoint(
            host=postgres.host,
            port=postgres.port,
            direct_port=postgres.direct_port or postgres.port,
            database=postgres.database,
            user=reveal(postgres.user, "postgres", "user"),
            password=reveal(postgres.password, "postgres", "password"),
        ),
        topic=file.kafka.topic,
        group=file.kafka.group,
        schema_version=file.schema_version,
    )


def _security(part: GrpcSecurityPart | None, reveal: Callable[..., str]) -> Security | None:
    if part is None:
        return None

    def text(name: str, secret: Secret | None) -> str:
        return "" if secret is None else reveal(secret, "grpc_security", name)

    return Security(
        roots=text("ca", part.ca),
        certificate=text("certificate", part.certificate),
        key=text("key", part.key),
        token=text("token", part.token),
    )


def _reveal(secret: Secret, environment: Environment, place: Place, key: str) -> str:
    if secret.env is not None:
        value = environment.get(secret.env)
        if value is None:
            raise InvalidScenario(
                [Problem(place, f"{key} is in the environment variable {secret.env}, which is not set", key)]
            )
        return value
    try:
        return Path(str(secret.file)).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, ValueError, RuntimeError) as error:
        # RuntimeError is for a ~user that there is not; what a file holds that is no text is not repeated.
        reason = "it is no text" if isinstance(error, ValueError) else getattr(error, "strerror", None) or str(error)
        raise InvalidScenario(
            [Problem(place, f"{key} is in the file {secret.file}, which cannot be read: {reason}", key)]
        ) from None


def _problems(error: ValidationError, document: yaml_text.Document, file: str) -> Iterator[Problem]:
    """What is wrong, by line; values are not shown where they may be secrets that stand in the wrong place."""
    for found in error.errors(include_url=False):
        path = tuple(
            step for step in found["loc"] if step not in ("str", "Secret", "function-after[_one_of_both(), Secret]")
        )
        key = ".".join(map(str, path)) or "the file"
        kind, given = found["type"], found["input"]
        shown = _shown(path, given)
        place = Place(file, document.line(path))
        if kind == "missing":
            yield Problem(place, f"{key} is missing", key)
        elif kind == "extra_forbidden" and len(path) <= 2:
            yield Problem(place, f"{key} is no key that is known here, allowed are {_keys(path[:-1])}", key)
        elif kind == "string_pattern_mismatch":
            words = _IN_WORDS[found["ctx"]["pattern"]]
            yield Problem(place, f"{key}{shown}, allowed is {words}", key, allowed=words)
        elif kind == "extra_forbidden" or (path and path[-1] in _SECRETS):
            held = ".".join(map(str, path[:-1] if kind == "extra_forbidden" else path))
            yield Problem(
                place, f"{held}: allowed is {{env: NAME}} or {{file: PATH}}, never the credential itself", held
            )
        else:
            yield Problem(place, f"{key}{shown}: {found['msg'].removeprefix('Value error, ')}", key)


def _keys(path: Sequence[object]) -> str:
    parts: dict[object, type[BaseModel]] = {
        "grpc_security": GrpcSecurityPart,
        "kafka": KafkaPart,
        "aws": AwsPart,
        "postgres": PostgresPart,
    }
    model = parts.get(path[0], Secret) if len(path) == 1 else Secret if path else EndpointsFile
    return ", ".join(model.model_fields)


def _shown(path: Sequence[object], given: object) -> str:
    """The value, if it can be no secret."""
    is_port = isinstance(given, int) and bool(path) and path[-1] in ("port", "direct_port")
    is_text = isinstance(given, str) and bool(path) and path[-1] in _SHOWN and "@" not in given
    return f" is {given!r}" if is_port or is_text else " is not as it must be"
