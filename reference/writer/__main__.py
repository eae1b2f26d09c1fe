"""keystone-writer: Kafka to bronze, silver and quarantine, each event in exactly one place.

AWS is reached as by any AWS client: AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, ... or the machine's role.
"""

import logging
import random
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Event

import click
from confluent_kafka import Consumer, KafkaError
from confluent_kafka.admin import AdminClient

from reference.contract.names import CONSUMER_GROUP, TOPIC
from reference.decode.python_decoder import PythonDecoder
from reference.errors import PipelineError
from reference.failpoint import failpoint_from_environment
from reference.lake.catalog import open_catalog
from reference.lake.expiry import expire
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.pin_store import PinStore
from reference.lake.registry import SchemaRegistry
from reference.lake.schemas import TABLES as LAYOUTS
from reference.lake.settings import LakeSettings
from reference.protocol.decisions import TABLES
from reference.writer.flush import Flusher
from reference.writer.kafka_topic import identify, log_bounds
from reference.writer.registration import register
from reference.writer.window import Window
from reference.writer.worker import Worker

log = logging.getLogger("keystone-writer")

UPLOADS = 8
EXPIRE_EVERY_FLUSHES = 20


@click.command(help=__doc__)
@click.option("--bootstrap-servers", required=True, help="Kafka, as host:port[,host:port].")
@click.option("--topic", default=TOPIC, show_default=True)
@click.option("--group", default=CONSUMER_GROUP, show_default=True)
@click.option("--client-id", default="keystone-writer", show_default=True, help="This writer's name in Kafka's eyes.")
@click.option("--flush-rows", type=click.IntRange(1), default=50_000, show_default=True, help="Flush at so many rows.")
@click.option("--flush-seconds", type=click.FloatRange(0.05), default=5.0, show_default=True, help="... or this age.")
@click.option("--flush-mib", type=click.IntRange(1), default=64, show_default=True, help="... or this size.")
@click.option(
    "--session-timeout-ms",
    type=click.IntRange(1000),
    default=10_000,
    show_default=True,
    help="After so long without a sign of life another writer takes over.",
)
@click.option(
    "--keep-snapshots-minutes",
    type=click.FloatRange(1),
    default=10.0,
    show_default=True,
    help="Older snapshots are expired from the tables' metadata.",
)
def main(
    bootstrap_servers: str,
    topic: str,
    group: str,
    client_id: str,
    flush_rows: int,
    flush_seconds: float,
    flush_mib: int,
    session_timeout_ms: int,
    keep_snapshots_minutes: float,
) -> None:
    """Build the writer from its parts and run it until SIGTERM."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stderr)
    stop = Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    settings = LakeSettings.from_environment()
    kafka = {"bootstrap.servers": bootstrap_servers, "client.id": client_id, "error_cb": _say_once()}
    catalog = open_catalog(settings)
    tables = {name: IcebergTable(catalog, LAYOUTS[name].identifier, topic) for name in TABLES}
    admin = AdminClient(kafka)
    identity = identify(admin, topic)
    consumer = Consumer(
        kafka
        | {
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": session_timeout_ms,
            "heartbeat.interval.ms": max(session_timeout_ms // 4, 200),
            "fetch.queue.backoff.ms": 10,
        }
    )
    store = open_store(settings)
    flushes = count(1)

    def upkeep() -> None:
        if next(flushes) % EXPIRE_EVERY_FLUSHES == 0:
            for name in TABLES:
                expire(catalog, LAYOUTS[name].identifier, timedelta(minutes=keep_snapshots_minutes))

    with ThreadPoolExecutor(UPLOADS, "upload") as executor:
        flusher = Flusher(
            topic_id=identity.topic_id,
            tables=tables,
            files=PartitionedFiles(store, executor),
            pins=PinStore(store, f"{settings.bucket_prefix}-bronze"),
            decoder=PythonDecoder(),
            is_registered=SchemaRegistry(settings).is_order,
            latest_purchase=_tomorrow,
            failpoint=failpoint_from_environment(),
            pause=lambda _attempt: time.sleep(random.uniform(0, 0.2)),  # noqa: S311 - jitter
        )
        worker = Worker(
            consumer=consumer,
            topic=topic,
            flusher=flusher,
            window=Window(flush_rows, flush_mib * 2**20, flush_seconds),
            register=lambda: register(
                tables, topic, identify(admin, topic), lambda partitions: log_bounds(consumer, topic, partitions)
            ),
            upkeep=upkeep,
            stop=stop,
            now_s=time.monotonic,
        )
        try:
            worker.run()
        except PipelineError as error:
            log.error("%s", error)  # noqa: TRY400 - the text is for a person, the trace says nothing
            sys.exit(1)
    log.info("stopped")


def _tomorrow() -> date:
    return datetime.now(UTC).date() + timedelta(days=1)


def _say_once() -> Callable[[KafkaError], None]:
    said: set[int] = set()

    def say(error: KafkaError) -> None:
        if error.code() not in said:
            said.add(error.code())
            log.warning("Kafka: %s", error)

    return say


if __name__ == "__main__":
    main()
