"""What a target offers to those who run scenarios on it: endpoints, and handles of the parts that may be broken.

`tests/scenarios/targets/` holds every implementation to this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from loadgen.security import Security
from reports.record import MeteredQuery, MeteredRequests

Ability = Literal["alone", "break", "configure", "meter"]
"""What not every target can: be nobody else's while a run lasts; have its parts stopped, killed and watched; run the
pipeline with other settings or programs; count requests."""

PartState = Literal["starting", "running", "stopping", "stopped", "killed", "died"]


@dataclass(frozen=True)
class S3Endpoint:
    """An S3 and the keys to it; None for AWS's own, and for its usual chain of credentials."""

    endpoint: str | None
    access_key: str | None
    secret_key: str | None = field(repr=False)
    region: str


@dataclass(frozen=True)
class PostgresEndpoint:
    """A Postgres, and the pooler in front of it.

    Attributes:
        port: the pooler's. It pools by transaction: no session settings, advisory locks or prepared statements.
        direct_port: Postgres itself, for migrations.
    """

    host: str
    port: int
    direct_port: int
    database: str
    user: str
    password: str = field(repr=False)

    @property
    def pooled(self) -> str:
        """A libpq connection string by way of the pooler."""
        return self._conninfo(self.port)

    @property
    def direct(self) -> str:
        """A libpq connection string to Postgres itself."""
        return self._conninfo(self.direct_port)

    def _conninfo(self, port: int) -> str:
        words = {"host": self.host, "port": port, "dbname": self.database, "user": self.user, "password": self.password}
        quoted = {key: str(word).replace("\\", "\\\\").replace("'", "\\'") for key, word in words.items()}
        return " ".join(f"{key}='{word}'" for key, word in quoted.items())


@dataclass(frozen=True)
class AwsEndpoint:
    """A way to AWS: base URL of Glue and the other services, None for AWS's own, and the object store."""

    aws: str | None
    s3: S3Endpoint


@dataclass(frozen=True)
class Endpoints:
    """Where a client of the pipeline finds its parts.

    Attributes:
        grpc: the ingest server, host:port.
        security: how it is spoken to; None: in the clear.
        kafka: bootstrap servers, host:port[,host:port].
        kafka_settings: what a Kafka client needs besides, in librdkafka's words: protocol, certificates, passwords.
        aws: base URL of Glue and the other AWS services; None for AWS's own.
        s3: the object store.
        postgres: the journal of batches, and the runs.
        topic, group: the names under which the pipeline meets in Kafka.
        schema_version: the registry's id of the schema that the ingest server names in each record, a UUID.
        metrics: URL of the ingest server's figures for Prometheus; None where there is none.
        airflow: URL of Airflow's page and REST API; None where none is known.
        tasks: the way to AWS of an orchestrator's tasks, where what they ask is counted apart; None: that of others.
    """

    grpc: str
    kafka: str
    aws: str | None
    s3: S3Endpoint
    postgres: PostgresEndpoint
    topic: str
    group: str
    schema_version: str
    kafka_settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    metrics: str | None = None
    security: Security | None = field(default=None, repr=False)
    airflow: str | None = None
    tasks: AwsEndpoint | None = field(default=None, repr=False)

    @property
    def kafka_client(self) -> dict[str, str]:
        """The settings of a Kafka client."""
        return {"bootstrap.servers": self.kafka, **self.kafka_settings}


@dataclass(frozen=True)
class PipelineSettings:
    """How the pipeline's own processes run.

    Attributes:
        writers: how many.
        flush_seconds, flush_rows: a writer's window.
        writer_program, ingest_program: what runs in place of the pipeline's own, with the same arguments; or empty.
    """

    writers: int = 1
    flush_seconds: float = 5.0
    flush_rows: int = 50_000
    writer_program: Sequence[str] = ()
    ingest_program: Sequence[str] = ()


@dataclass(frozen=True)
class PartStatus:
    """One part as its target sees it; `problem` says how it died, with the end of its log; `deaths`, how often."""

    name: str
    state: PartState
    pid: int | None
    log: str
    problem: str | None = None
    deaths: int = 0


@dataclass(frozen=True)
class Readings:
    """A target's meters since it began.

    Attributes:
        requests: to S3 and Glue; None where the target does not count them.
        kafka_bytes: what the topic's records take in Kafka's log; None where that cannot be seen.
        queries: of Athena that have ended, in that order.
    """

    requests: Sequence[MeteredRequests] | None
    kafka_bytes: int | None
    queries: Sequence[MeteredQuery] = ()


@dataclass(frozen=True)
class TargetStatus:
    """A target at one moment; `object_store` says what holds the lake's files, None where that is not known."""

    state_dir: str
    supervisor_pid: int | None
    endpoints: Endpoints
    parts: Sequence[PartStatus]
    object_store: str | None

    @property
    def problems(self) -> list[str]:
        """What died by itself."""
        return [part.problem for part in self.parts if part.problem is not None]

    def to_json(self) -> dict[str, Any]:
        """As `keystone status --json` prints it: endpoints on top, then the parts."""
        endpoints = asdict(self.endpoints)
        return {
            "state": "degraded" if self.problems else "running",
            **endpoints,
            "object_store": self.object_store,
            "state_dir": self.state_dir,
            "supervisor_pid": self.supervisor_pid,
            "parts": [asdict(part) for part in self.parts],
        }

    @classmethod
    def from_json(cls, text: dict[str, Any]) -> "TargetStatus":
        """The reverse of to_json."""
        s3, postgres = S3Endpoint(**text["s3"]), PostgresEndpoint(**text["postgres"])
        of_tasks = text.get("tasks")
        tasks = of_tasks and AwsEndpoint(of_tasks["aws"], S3Endpoint(**of_tasks["s3"]))
        names = ("grpc", "kafka", "kafka_settings", "aws", "topic", "group", "schema_version", "metrics", "airflow")
        return cls(
            state_dir=text["state_dir"],
            supervisor_pid=text["supervisor_pid"],
            endpoints=Endpoints(s3=s3, postgres=postgres, tasks=tasks, **{name: text[name] for name in names}),
            parts=[PartStatus(**part) for part in text["parts"]],
            object_store=text["object_store"],
        )


class Target(Protocol):
    """A pipeline that runs somewhere."""

    @property
    def name(self) -> str:
        """What it is, as runs record it."""
        ...

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can beside taking load and letting itself be read; what it cannot, a run skips and says so."""
        ...

    def status(self) -> TargetStatus:
        """Endpoints, and each part's state now.

        Raises:
            TargetError: the target is gone.
        """
        ...

    def readings(self) -> Readings:
        """Its meters now.

        Raises:
            TargetError: the target is gone.
        """
        ...

    def stop_part(self, name: str) -> None:
        """End a part as its operator would."""
        ...

    def start_part(self, name: str) -> None:
        """Start a part that was stopped, killed or died, and wait until it is ready."""
        ...

    def kill_part(self, name: str) -> None:
        """End a part without warning."""
        ...

    def configure(self, pipeline: PipelineSettings | None) -> None:
        """Run the pipeline with these settings, None for the target's own; restarts what changes, waits until ready."""
        ...
