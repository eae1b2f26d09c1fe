"""A single KRaft node's settings, and its log folder formatted without running a second JVM."""

import base64
import secrets
from pathlib import Path

from scenarios.targets.embedded.kafka.java import FIRST_CHECKPOINT
from scenarios.targets.errors import TargetError

LISTENERS = ("ingest", "writer", "client")
"""One listener for each part that talks to Kafka, so that a fault can be put on one pair alone."""

SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(2 * 1024 * 1024),
    # A group forms at once, and a dead member is noticed within seconds.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    # Small and quick to start: one machine, one user.
    "log.cleaner.dedupe.buffer.size": "2097152",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
}


def write_config(folder: Path, ports: dict[str, int], controller_port: int) -> Path:
    """Write `server.properties` and a formatted log folder under `folder`; return the former.

    A folder that is formatted already keeps its data. The log folder's path in the settings is relative, since
    Kafka splits paths at commas and reads the file as Latin-1: run the broker with `folder` as working directory.

    Args:
        folder: the node's own folder.
        ports: a port for each name in LISTENERS.
        controller_port: where the node's controller listens.
    """
    named = {name.upper(): f"127.0.0.1:{ports[name]}" for name in LISTENERS}
    advertised = ",".join(f"{name}://{address}" for name, address in named.items())
    settings = SETTINGS | {
        "listeners": f"{advertised},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": advertised,
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in [*named, "CONTROLLER"]),
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "log.dirs": "data",
    }
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "server.properties"
    config.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    _format(folder / "data")
    return config


def _format(data: Path) -> None:
    """What Kafka's own StorageTool writes: who the node is, and the metadata log's first checkpoint."""
    if (data / "meta.properties").exists():
        return
    if not FIRST_CHECKPOINT.exists():
        raise TargetError(f"{FIRST_CHECKPOINT} is missing; make it with: make setup")
    metadata_log = data / "__cluster_metadata-0"
    metadata_log.mkdir(parents=True)
    (metadata_log / "00000000000000000000-0000000000.checkpoint").write_bytes(FIRST_CHECKPOINT.read_bytes())
    (data / "meta.properties").write_text(
        f"version=1\ncluster.id={new_kafka_uuid()}\nnode.id=1\ndirectory.id={new_kafka_uuid()}\n"
    )


def new_kafka_uuid() -> str:
    """A random UUID as Kafka writes them: 16 bytes in unpadded URL-safe base64, not beginning with a dash."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "A")
