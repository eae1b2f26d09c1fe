"""The embedded stack: which parts it has, how each is started, and in which order."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from reference.contract.names import CONSUMER_GROUP, TOPIC
from reference.failpoint import FAILPOINT_VARIABLE
from scenarios.targets.embedded.airflow.parts import AirflowParts
from scenarios.targets.embedded.aws.keys import AccessKeys
from scenarios.targets.embedded.kafka import java
from scenarios.targets.embedded.kafka.config import LISTENERS, write_config
from scenarios.targets.embedded.object_store.gateway import gateway, gateway_version
from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.ports import free_ports, is_free, is_listening
from scenarios.targets.embedded.postgres.parts import PostgresParts
from scenarios.targets.embedded.state_dir import StateDir
from scenarios.targets.embedded.stopping import stop_in_order
from scenarios.targets.errors import TargetError, WrongUse
from scenarios.targets.interface import AwsEndpoint, Endpoints, PartStatus, PipelineSettings, S3Endpoint, TargetStatus

PARTITIONS = 4
REGION = "us-east-1"
SESSION_TIMEOUT_MS = 6_000
PREPARE_TIMEOUT_S = 90.0
RESULTS_BUCKET = "athena-results"
"""Where Athena puts the results of statements that say no other place."""

ObjectStore = Literal["moto", "versitygw"]
"""What holds the lake's files: the emulation's memory, or a gateway to files of the state folder."""


@dataclass(frozen=True)
class StackSettings:
    """What a user may choose; grpc_port 0 means a free one, `failpoint` is that of each writer's first start.

    With `airflow` there is one, with the DAGs.
    """

    writers: int = 1
    grpc_port: int = 0
    object_store: ObjectStore = "moto"
    failpoint: str = ""
    airflow: bool = False

    @property
    def pipeline(self) -> PipelineSettings:
        return PipelineSettings(writers=self.writers)


class Stack:
    """Builds, starts and stops the parts. Lives in the supervisor, which alone may call it."""

    def __init__(self, state: StateDir, settings: StackSettings) -> None:
        self._state = state
        self._settings = settings
        self._pipeline = settings.pipeline
        self._schema_version = ""
        self._keys = {part: AccessKeys.of_part(part) for part in ("client", "writer", "tasks", "athena")}
        self._object_store = _describe(settings.object_store)
        self._take_ports()
        self._postgres = PostgresParts(state.path / "postgres", self._postgres_ports, state.log)
        self._parts: dict[str, Part] = {}
        self._obituaries: dict[str, str] = {}
        self._failing = set[str]()
        """Writers that have had their failpoint."""

    @property
    def endpoints(self) -> Endpoints:
        """For clients: the harness, the user's own tools."""
        client, tasks = self._aws_endpoint("client"), self._aws_endpoint("tasks")
        return Endpoints(
            grpc=f"127.0.0.1:{self._grpc_port}",
            kafka=f"127.0.0.1:{self._kafka_ports['client']}",
            aws=client.aws,
            s3=client.s3,
            tasks=tasks,
            postgres=self._postgres.endpoint,
            topic=TOPIC,
            group=CONSUMER_GROUP,
            schema_version=self._schema_version,
            metrics=f"http://127.0.0.1:{self._metrics_port}/metrics",
            airflow=f"http://127.0.0.1:{self._airflow_port}" if self._settings.airflow else None,
        )

    def start(self, say: Callable[[str], None]) -> None:
        """Start all parts; those that do not need each other at the same time.

        Raises:
            TargetError: a part did not come up. What was started keeps running until stop().
        """
        kafka = self._add(self._kafka())
        stores = [self._add(part) for part in self._stores()]
        athena = self._add(self._athena())
        postgres, pgbouncer = self._add(self._postgres.server), self._add(self._postgres.pooler)
        say(f"starting {', '.join(part.name for part in (kafka, *stores, postgres, pgbouncer))}")
        for part in (self._postgres.initdb, kafka, *stores):
            part.spawn()
        self._postgres.initdb.finish()
        for part in (postgres, pgbouncer):
            part.spawn()
        for part in (postgres, pgbouncer, *stores):
            part.wait_ready()
        airflow = self._airflow() if self._settings.airflow else None
        self._schema_version = self._prepare(kafka)
        kafka.wait_ready()
        # Not sooner: until here Kafka's start and the preparing are what takes time, and its imports would slow them.
        pipeline = [athena, *(self._add(part) for part in (self._ingest(), *self._writers()))]
        say(f"starting {', '.join(part.name for part in pipeline)}")
        for part in pipeline:
            part.spawn()
        for part in pipeline:
            part.wait_ready()
        if airflow is not None:
            self._start_airflow(airflow, say)

    def stop(self) -> None:
        """Stop all parts, those that write before those that are written to."""
        stop_in_order(self._parts.values())

    def part(self, name: str) -> Part:
        """One part.

        Raises:
            WrongUse: there is none of that name.
        """
        if name not in self._parts:
            raise WrongUse(f"no part {name!r}; parts of this stack: {', '.join(self._parts)}")
        return self._parts[name]

    def starting(self, name: str) -> Iterator[None]:
        """Start one part again, in steps until it is ready; nothing happens if it runs.

        Raises:
            WrongUse: there is none of that name.
            TargetError: it did not come up, or it cannot come back.
        """
        part = self.part(name)
        if name == "aws" and part.pid is None:
            raise TargetError(
                "aws cannot be started again: the lake's catalog lay in its memory and is gone. "
                "End the stack with `keystone down`; a new one begins with an empty lake"
            )
        part.spawn()
        yield from part.becoming_ready()

    def configuring(self, pipeline: PipelineSettings | None) -> Iterator[None]:
        """Run the pipeline's processes with other settings, in steps; None for the stack's own.

        Raises:
            TargetError: a part did not come up.
        """
        self._pipeline = pipeline or self._settings.pipeline
        wanted = [self._ingest(), *self._writers()]
        present = {name: part for name, part in self._parts.items() if name == "ingest" or name.startswith("writer-")}
        same = {part.name for part in wanted if part.name in present and present[part.name].command == part.command}
        for name, part in present.items():
            if name not in same:
                yield from part.stopping()
                del self._parts[name]
        for part in wanted:
            if part.name not in same:
                self._add(part)
        # Those that stay as they are may have died since.
        parts = [self._parts[part.name] for part in wanted]
        for part in parts:
            part.spawn()
        for part in parts:
            yield from part.becoming_ready()

    def notice_deaths(self) -> bool:
        """Whether a part died by itself since the last look."""
        dead = [part for part in self._parts.values() if part.notice_death()]
        for part in dead:
            self._obituaries[part.name] = part.obituary()
        return bool(dead)

    def status(self, supervisor_pid: int) -> TargetStatus:
        """The stack now."""
        parts = [
            PartStatus(
                part.name,
                part.state,
                part.pid,
                str(part.log),
                self._obituaries.get(part.name) if part.state == "died" else None,
                part.deaths,
            )
            for part in self._parts.values()
        ]
        return TargetStatus(str(self._state.path), supervisor_pid, self.endpoints, parts, self._object_store)

    def _take_ports(self) -> None:
        wanted = self._settings.grpc_port
        if wanted and not is_free(wanted):
            raise TargetError(f"port {wanted} is in use; choose another with --grpc-port, or none for a free one")
        own = free_ports(6 + 2 + len(LISTENERS) + len(self._keys))
        self._controller_port, free_grpc, self._s3_port, self._metrics_port, self._athena_port, *ports = own
        self._airflow_port = ports.pop()
        self._grpc_port = wanted or free_grpc
        self._postgres_ports = ports.pop(), ports.pop()
        self._kafka_ports = dict(zip(LISTENERS, ports, strict=False))
        self._aws_ports = dict(zip(self._keys, ports[len(LISTENERS) :], strict=True))

    def _add(self, part: Part) -> Part:
        self._parts[part.name] = part
        return part

    def _kafka(self) -> Part:
        config = write_config(self._state.path / "kafka", self._kafka_ports, self._controller_port)
        return Part(
            "kafka",
            java.command(config.name),
            self._state.log("kafka"),
            ready=lambda: is_listening(self._kafka_ports["client"]),
            folder=config.parent,
            # In the POSIX locale the JVM cannot name a folder that has letters beyond ASCII.
            environment={"LC_ALL": "C.UTF-8"},
            start_timeout_s=60.0,
        )

    def _stores(self) -> list[Part]:
        """The AWS emulation, and S3 where that is not the emulation's."""
        listeners = [f"{part}={port}" for part, port in self._aws_ports.items()]
        athena = ["--athena", str(self._athena_port)]
        aws = Part(
            "aws",
            [sys.executable, "-m", "scenarios.targets.embedded.aws.server", *listeners, *athena],
            self._state.log("aws"),
            ready=lambda: all(is_listening(port) for port in self._aws_ports.values()),
            environment={"MOTO_ALLOW_NONEXISTENT_REGION": "true"},
        )
        if self._settings.object_store == "moto":
            return [aws]
        folder, log = self._state.object_store, self._state.log("s3")
        client, *others = self._keys.values()
        s3 = gateway(folder, log, self._s3_port, REGION, client, others)
        return [aws, s3]

    def _athena(self) -> Part:
        port = self._athena_port
        command = [sys.executable, "-m", "scenarios.targets.embedded.athena.server", str(port)]
        command += ["--folder", str(self._state.athena), "--results", f"s3://{RESULTS_BUCKET}/"]
        part = Part("athena", command, self._state.log("athena"), ready=lambda: is_listening(port))
        part.environment = self._aws_environment("athena")
        return part

    def _aws_endpoint(self, part: str) -> AwsEndpoint:
        keys = self._keys[part]
        return AwsEndpoint(self._aws_url(part), S3Endpoint(self._s3_url(part), keys.access, keys.secret, REGION))

    def _aws_url(self, part: str) -> str:
        return f"http://127.0.0.1:{self._aws_ports[part]}"

    def _s3_url(self, part: str) -> str:
        return self._aws_url(part) if self._settings.object_store == "moto" else f"http://127.0.0.1:{self._s3_port}"

    def _ingest(self) -> Part:
        # What takes its place has no figures.
        metrics = ["--metrics-listen", f"127.0.0.1:{self._metrics_port}"]
        command = [
            *(self._pipeline.ingest_program or [_installed("keystone-ingestd"), *metrics]),
            *["--listen", f"127.0.0.1:{self._grpc_port}"],
            *["--bootstrap-servers", f"127.0.0.1:{self._kafka_ports['ingest']}"],
            *["--topic", TOPIC, "--schema-version-id", self._schema_version],
        ]
        return Part("ingest", command, self._state.log("ingest"), ready=lambda: is_listening(self._grpc_port))

    def _writers(self) -> list[Part]:
        return [self._writer(number) for number in range(1, self._pipeline.writers + 1)]

    def _writer(self, number: int) -> Part:
        name = f"writer-{number}"
        command = [
            *(self._pipeline.writer_program or [_installed("keystone-writer")]),
            *["--client-id", name],
            *["--flush-seconds", str(self._pipeline.flush_seconds)],
            *["--flush-rows", str(self._pipeline.flush_rows)],
            *["--bootstrap-servers", f"127.0.0.1:{self._kafka_ports['writer']}"],
            *["--topic", TOPIC, "--group", CONSUMER_GROUP, "--session-timeout-ms", str(SESSION_TIMEOUT_MS)],
        ]
        part = Part(name, command, self._state.log(name), ready=lambda: part.has_said("assigned partitions"))
        postgres = {"KEYSTONE_POSTGRES": self._postgres.endpoint.pooled}
        part.environment = self._aws_environment("writer") | postgres
        if name not in self._failing:
            part.first_environment = {FAILPOINT_VARIABLE: self._settings.failpoint}
            self._failing.add(name)
        return part

    def _airflow(self) -> AirflowParts:
        """Airflow's parts, on the Postgres that runs; its database is made while the others start."""
        airflow = AirflowParts(self.endpoints, self._airflow_port, self._state.airflow, self._state.log)
        airflow.migration.spawn()
        return airflow

    def _start_airflow(self, airflow: AirflowParts, say: Callable[[str], None]) -> None:
        parts = [self._add(part) for part in airflow.in_order]
        say(f"starting {', '.join(part.name for part in parts)}: this takes 20 to 40 seconds")
        airflow.migration.finish()
        airflow.start()

    def _prepare(self, kafka: Part) -> str:
        """Run prepare.py; return the schema version id that it printed."""
        log = self._state.log("prepare")
        arguments = [self._kafka_ports["client"], self._aws_ports["client"], PARTITIONS, RESULTS_BUCKET]
        command = [sys.executable, "-m", "scenarios.targets.embedded.prepare", *map(str, arguments)]
        prepare = Part("prepare", command, log, ready=lambda: False, start_timeout_s=PREPARE_TIMEOUT_S)
        postgres = {"KEYSTONE_POSTGRES": self._postgres.endpoint.direct}
        prepare.environment = self._aws_environment("client") | postgres
        return prepare.run_to_end(check=lambda: _refuse_dead(kafka)).split()[-1]

    def _aws_environment(self, part: str) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL": self._aws_url(part),
            "AWS_ENDPOINT_URL_S3": self._s3_url(part),
            "AWS_ACCESS_KEY_ID": self._keys[part].access,
            "AWS_SECRET_ACCESS_KEY": self._keys[part].secret,
            "AWS_REGION": REGION,
        }


def _describe(store: ObjectStore) -> str:
    return f"{store} {version(store) if store == 'moto' else gateway_version()}"


def _refuse_dead(part: Part) -> None:
    if part.notice_death():
        raise TargetError(part.obituary())


def _installed(command: str) -> str:
    """Path of one of the project's own commands, beside the Python that runs this."""
    beside = Path(sys.executable).with_name(command)
    found = str(beside) if beside.exists() else shutil.which(command)
    if found is None:
        raise TargetError(f"{command} is not installed; build it with: make setup")
    return found
