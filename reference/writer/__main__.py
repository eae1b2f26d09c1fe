"""keystone-writer: Kafka to bronze, silver and quarantine, each event in exactly one place.

AWS is reached as by any AWS client: AWS_REGION, AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, ... or the
machine's role.
KEYSTONE_POSTGRES, a libpq connection string, names the database where commits are journaled; without it none are.
"""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from confluent_kafka import KafkaException
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import NoSuchTableError

from reference.clock import boot_clock, short_pause, utc_clock
from reference.contract.names import CONSUMER_GROUP, TOPIC
from reference.decode.python_decoder import PythonDecoder
from reference.errors import PipelineError
from reference.failpoint import around, failpoint_from_environment
from reference.lake.catalog import open_catalog
from reference.lake.expiry import expire
from reference.lake.files import PartitionedFiles, open_store
from reference.lake.iceberg_table import IcebergTable
from reference.lake.pin_store import PinStore
from reference.lake.registry import SchemaRegistry
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings
from reference.protocol.decisions import COMMIT_ORDER, check_topic_id
from reference.protocol.effects import WriterEffect
from reference.protocol.performing import steps
from reference.state.batch_entry import BatchEntry
from reference.state.journal import Journal
from reference.writer.decoding import BatchDecoder, tomorrow
from reference.writer.ending import Stop, stop_on_signals
from reference.writer.flush import Flusher
from reference.writer.journaling import left_out
from reference.writer.kafka_client import open_consumer, say_once
from reference.writer.kafka_topic import KafkaTopic
from reference.writer.registration import register_topic
from reference.writer.window import Window
from reference.writer.worker import Worker

log = logging.getLogger("keystone-writer")

UPLOADS = 8
EXPIRE_EVERY_FLUSHES = 20
CHECK_TIMEOUT_S = 5.0

FAILPOINTS = around(steps(WriterEffect))

AddToJournal = Callable[[Sequence[BatchEntry]], None]


@click.command(help=__doc__)
@click.option("--bootstrap-servers", required=True, help="Kafka, as host:port[,host:port].")
@click.option("--topic", default=TOPIC, show_default=True)
@click.option("--group", default=CONSUMER_GROUP, show_default=True)
@click.option("--client-id", default="keystone-writer", show_default=True, help="This writer's name in Kafka's eyes.")
@click.option(
    "--instance-id",
    help="Static membership: a writer that comes back under this name within the session timeout has its partitions "
    "again at once, and nobody else's move. Of two at a time the older ends.",
)
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
def main(**options: Any) -> None:
    """The command: see run()."""
    run(Options(**options))


def run(options: "Options", flusher: type[Flusher] = Flusher, worker: type[Worker] = Worker) -> None:
    """Run a writer until SIGTERM. Exit code 0, or 1 with one line that says why it cannot go on (see also ending.py).

    Args:
        flusher, worker: subclasses, for a writer that works another way.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO, stream=sys.stderr)
    stop = Stop()
    stop_on_signals(stop)
    try:
        with _worker(options, flusher, worker, stop) as running:
            running.run()
    except KafkaException as error:
        where = options.bootstrap_servers
        log.error("Kafka at %s: %s", where, error.args[0].str())  # noqa: TRY400 - the text is for a person
        sys.exit(1)
    except (PipelineError, BotoCoreError, ClientError, NoSuchTableError) as error:
        log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 - the text is for a person
        sys.exit(1)
    log.info("stopped")


@dataclass(frozen=True)
class Options:
    """The command's options; see its --help."""

    bootstrap_servers: str
    topic: str
    group: str
    client_id: str
    instance_id: str | None
    flush_rows: int
    flush_seconds: float
    flush_mib: int
    session_timeout_ms: int
    keep_snapshots_minutes: float

    @property
    def kafka(self) -> dict[str, Any]:
        """What every Kafka client of the writer is set to."""
        return {
            "bootstrap.servers": self.bootstrap_servers,
            "client.id": self.client_id,
            "error_cb": say_once(),
            # librdkafka's own log repeats each failed connection; error_cb says it once.
            "log_level": 2,
        }


@contextlib.contextmanager
def _worker(options: Options, flusher: type[Flusher], worker: type[Worker], stop: Stop) -> Iterator[Worker]:
    """The writer, put together from its parts."""
    topic, settings = options.topic, LakeSettings.from_environment()
    reach = failpoint_from_environment(FAILPOINTS)
    kafka_topic = KafkaTopic(options.kafka, topic)
    consumer = open_consumer(options.kafka, options.group, options.instance_id, options.session_timeout_ms)
    catalog = open_catalog(settings)
    tables = {name: IcebergTable(catalog, LAYOUTS[name].identifier, topic) for name in COMMIT_ORDER}
    with ThreadPoolExecutor(UPLOADS, "upload") as executor, _journal() as journal:

        def prepare() -> None:
            """Before partitions are taken up, perhaps from a writer that died before it journaled its last commit."""
            identity = kafka_topic.identify()
            register_topic(tables, topic, identity, kafka_topic.log_bounds, reach, short_pause)
            journal(left_out(tables, identity.topic_id))

        def check_topic() -> None:
            found = kafka_topic.identify(CHECK_TIMEOUT_S).topic_id
            written = tables["silver"].load().next if found != topic_id else {}
            check_topic_id(topic, topic_id, found, written)

        topic_id = kafka_topic.identify().topic_id
        yield worker(
            consumer=consumer,
            topic=topic,
            flusher=_flusher(flusher, topic_id, options.client_id, tables, settings, executor, journal, reach),
            window=Window(options.flush_rows, options.flush_mib * 2**20, options.flush_seconds),
            register=prepare,
            check_topic=check_topic,
            log_bounds=kafka_topic.log_bounds,
            upkeep=_upkeep(catalog, timedelta(minutes=options.keep_snapshots_minutes)),
            stop=stop,
            now_s=time.monotonic,
            is_static=options.instance_id is not None,
        )


@contextlib.contextmanager
def _journal() -> Iterator[AddToJournal]:
    """Takes journal entries; without KEYSTONE_POSTGRES they go nowhere."""
    conninfo = os.environ.get("KEYSTONE_POSTGRES")
    if not conninfo:
        yield lambda _entries: None
        return
    with Journal(conninfo) as journal:
        yield journal.add


def _flusher(
    kind: type[Flusher],
    topic_id: str,
    writer: str,
    tables: Mapping[str, IcebergTable],
    settings: LakeSettings,
    executor: ThreadPoolExecutor,
    journal: AddToJournal,
    reach: Callable[[str], None],
) -> Flusher:
    store = open_store(settings)
    return kind(
        topic_id=topic_id,
        writer=writer,
        tables=tables,
        files=PartitionedFiles(store, executor),
        pins=PinStore(store, f"{settings.bucket_prefix}-bronze"),
        decoder=BatchDecoder(PythonDecoder(), SchemaRegistry(settings).registered, tomorrow),
        reach=reach,
        pause=short_pause,
        journal=journal,
        now_ns=utc_clock(),
        boot_s=boot_clock,
    )


def _upkeep(catalog: GlueCatalog, keep: timedelta) -> Callable[[], None]:
    """Called after each flush; every so often it expires snapshots."""
    flushes = count(1)

    def upkeep() -> None:
        if next(flushes) % EXPIRE_EVERY_FLUSHES == 0:
            for name in COMMIT_ORDER:
                expire(catalog, LAYOUTS[name].identifier, keep)

    return upkeep


if __name__ == "__main__":
    main()
