"""The writer of the first afternoon: rows into a dataset, then their offsets into Kafka.

It takes keystone-writer's options, and begins where Kafka says.
"""

import json
import logging
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import google_crc32c
import pyarrow as pa
import pyarrow.parquet as pq
from confluent_kafka import Consumer, KafkaException, TopicPartition
from pyarrow.fs import FileSelector, FileSystem

from reference.contract import wire
from reference.lake.files import open_store
from reference.lake.settings import LakeSettings
from reference.writer.__main__ import Options
from reference.writer.__main__ import main as keystone_writer
from reference.writer.ending import Stop, stop_on_signals
from scenarios.audit.rows import load_sent, open_rows
from tests.fire.event_log import HAZARD
from tests.fire.ledger import broken_identities
from tests.reference.writer.bench import Bench

log = logging.getLogger("naive")

FOLDER: Final = "olist-data-lake-silver/naive"
MAX_PAYLOAD_BYTES: Final = 1_000_000
POLL_S: Final = 0.2


class NaiveWriter:
    """write_to_dataset, then commit."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._store = open_store(LakeSettings.from_environment())
        self._consumer = Consumer(
            {
                "bootstrap.servers": options.bootstrap_servers,
                "group.id": options.group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "session.timeout.ms": options.session_timeout_ms,
                "heartbeat.interval.ms": options.session_timeout_ms // 4,
                "log_level": 0,
            }
        )

    def run(self, stop: Stop) -> None:
        """Work until `stop`; what goes wrong is tried again."""
        self._consumer.subscribe([self._options.topic], on_assign=self._on_assign)
        held: list[dict[str, Any]] = []
        due_s = time.monotonic()
        while not stop.is_set():
            messages = self._consumer.consume(2_000, POLL_S)
            held += [_row(message) for message in messages if message.error() is None]
            if not held or time.monotonic() < due_s:
                continue
            try:
                pq.write_to_dataset(pa.Table.from_pylist(held), FOLDER, filesystem=self._store)
                held = []
                self._consumer.commit(asynchronous=False)
            except (OSError, KafkaException) as trouble:
                log.warning("trying again: %s", trouble)
            due_s = time.monotonic() + self._options.flush_seconds
        self._consumer.close()

    def _on_assign(self, consumer: Consumer, assigned: Sequence[TopicPartition]) -> None:
        """Nothing but a look, for the log: is anything written already that will be read again?"""
        try:
            rows, _ = written(self._store)
            committed = {tp.partition: max(tp.offset, 0) for tp in consumer.committed(list(assigned), 10)}
            for partition, offset in committed.items():
                last = max((row["offset"] for row in rows if row["partition"] == partition), default=-1)
                if last >= offset:
                    log.warning("%sbegins partition %d at %d, written to %d", HAZARD, partition, offset, last)
        except (OSError, KafkaException) as trouble:
            log.warning("could not look: %s", trouble)


def main() -> None:
    """The command."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    stop = Stop()
    stop_on_signals(stop)
    options = keystone_writer.make_context("naive", sys.argv[1:]).params
    NaiveWriter(Options(**options)).run(stop)


def written(store: FileSystem) -> tuple[list[dict[str, Any]], int]:
    """The rows that are there, and how many files cannot be read."""
    rows, torn = [], 0
    for file in store.get_file_info(FileSelector(FOLDER, allow_not_found=True)):
        try:
            rows += pq.read_table(file.path, filesystem=store).to_pylist()
        except pa.ArrowInvalid:
            torn += 1
    return rows, torn


def ledger_of_dataset(bench: Bench, sent: pa.Table) -> dict[str, int]:
    """The ledger, with the dataset's rows in the places of bronze, silver and quarantine."""
    rows, torn = written(open_store(bench.settings))
    with open_rows() as db:
        load_sent(db, sent)
        for r in rows:
            seen = [0, r["partition"], r["offset"], 1, r["seq"]]
            crc = google_crc32c.value(r["payload"])
            db.execute("INSERT INTO bronze VALUES (?, ?, ?, ?, ?, ?, ?)", [*seen, r["intended_ns"], crc])
            if (price_cents := _price_cents(r["payload"])) is None:
                db.execute("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", [*seen, crc])
            else:
                db.execute("INSERT INTO silver VALUES (?, ?, ?, ?, ?, ?, ?)", [*seen, r["intended_ns"], price_cents])
        return broken_identities(db, bench) | ({"torn files": torn} if torn else {})


def _price_cents(payload: bytes) -> int | None:
    try:
        return round(float(json.loads(payload)["price"]) * 100)
    except ValueError:
        return None


def _row(message: Any) -> dict[str, Any]:
    headers = dict(message.headers())
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "seq": int(headers["seq"]),
        "intended_ns": int(headers["intended_ns"]),
        "payload": wire.decode(message.value(), MAX_PAYLOAD_BYTES).payload,
    }


if __name__ == "__main__":
    main()
