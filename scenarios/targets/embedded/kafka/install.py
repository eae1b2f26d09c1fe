"""Fetch Kafka with Maven and prepare what makes it start quickly. Run once, by `make setup`.

python -m scenarios.targets.embedded.kafka.install
"""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scenarios.targets.embedded.kafka import config, java
from scenarios.targets.embedded.ports import free_ports, wait_until_listening
from scenarios.targets.errors import TargetError

POM = Path(__file__).with_name("pom.xml")
START_TIMEOUT_S = 60.0


def main() -> int:
    """Fetch, format, archive; each step leaves nothing half done behind. Exit code 0, or 3 with the reason."""
    try:
        _fetch_jars()
        with tempfile.TemporaryDirectory(prefix="keystone-kafka-") as scratch:
            _save_first_checkpoint(Path(scratch))
            _dump_class_archive(Path(scratch))
    except TargetError as error:
        print(f"keystone: {error}", file=sys.stderr)
        return 3
    return 0


def _fetch_jars() -> None:
    shutil.rmtree(java.HOME, ignore_errors=True)
    maven = shutil.which("mvn")
    if maven is None:
        raise TargetError("no `mvn` on PATH; Kafka's jars are fetched with it: apt-get install maven")
    fetch = [maven, "-q", "-B", "-ntp", "-Dstyle.color=never", "-f", str(POM), "dependency:copy-dependencies"]
    fetch += ["-DincludeScope=runtime", f"-DoutputDirectory={java.JARS}"]
    done = subprocess.run(fetch, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise TargetError(f"Maven could not fetch Kafka's jars (exit {done.returncode}):\n{done.stdout}{done.stderr}")


def _save_first_checkpoint(scratch: Path) -> None:
    """Let Kafka format a folder once; later nodes get a copy of the checkpoint it wrote."""
    properties = scratch / "format.properties"
    data = scratch / "format"
    properties.write_text(
        "process.roles=broker,controller\nnode.id=1\ncontroller.listener.names=CONTROLLER\n"
        "listeners=PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:1\n"
        f"controller.quorum.voters=1@127.0.0.1:1\nlog.dirs={data}\n"
    )
    run = java.command(
        "format", "-t", config.new_kafka_uuid(), "-c", str(properties), main_class="kafka.tools.StorageTool"
    )
    done = subprocess.run(run, check=False, capture_output=True, text=True)
    checkpoints = sorted(data.glob("__cluster_metadata-0/*.checkpoint")) or sorted(data.glob("*.checkpoint"))
    if done.returncode != 0 or not checkpoints:
        raise TargetError(f"Kafka's StorageTool left no checkpoint (exit {done.returncode}): {done.stderr.strip()}")
    shutil.copy(checkpoints[0], java.FIRST_CHECKPOINT)


def _dump_class_archive(scratch: Path) -> None:
    """Run a broker once and let the JVM save the classes it loaded (AppCDS), which halves later starts."""
    controller_port, *ports = free_ports(1 + len(config.LISTENERS))
    named = dict(zip(config.LISTENERS, ports, strict=True))
    properties = config.write_config(scratch / "node", named, controller_port)
    run = java.command(properties.name, archive_option=f"-XX:ArchiveClassesAtExit={java.CLASS_ARCHIVE}")
    log = scratch / "broker.log"
    with log.open("wb") as output, subprocess.Popen(run, cwd=properties.parent, stdout=output, stderr=output) as broker:
        try:
            wait_until_listening(named["client"], deadline=time.monotonic() + START_TIMEOUT_S)
            _touch(named["client"])
        finally:
            broker.send_signal(signal.SIGTERM)
            broker.wait(START_TIMEOUT_S)
    if not java.CLASS_ARCHIVE.exists():
        raise TargetError(f"the JVM wrote no class archive: {(scratch / 'broker.log').read_text()[-2000:]}")


def _touch(port: int) -> None:
    """Make a topic, send and read one record, so that the classes of those paths are in the archive too."""
    from confluent_kafka import Consumer, Producer, TopicPartition  # noqa: PLC0415 - slow, and only used here
    from confluent_kafka.admin import AdminClient, NewTopic  # noqa: PLC0415

    client = {"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 2}
    admin = AdminClient(client)
    admin.create_topics([NewTopic("warm-up", 1, 1)])["warm-up"].result(START_TIMEOUT_S)
    producer = Producer(client | {"enable.idempotence": True})
    producer.produce("warm-up", b"x")
    producer.flush(START_TIMEOUT_S)
    consumer = Consumer(client | {"group.id": "warm-up"})
    consumer.assign([TopicPartition("warm-up", 0, 0)])
    consumer.consume(1, START_TIMEOUT_S)
    consumer.close()


if __name__ == "__main__":
    sys.exit(main())
