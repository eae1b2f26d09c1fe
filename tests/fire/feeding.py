"""Events for one run, sent evenly, and what became of each as the sender knows it."""

import time
from typing import Any

import google_crc32c
import pyarrow as pa
from confluent_kafka import KafkaError, Producer

from reference.contract import wire
from reference.lake.registry import SchemaRegistry
from tests.reference.writer.bench import Bench

BAD_EVERY = 10
"""Every so many-th event is no order, and belongs in quarantine."""

SETTINGS = {
    "linger.ms": 5,
    "enable.idempotence": True,
    "message.timeout.ms": 60_000,
    "log_level": 0,
    "error_cb": lambda _error: None,
}


class Feed:
    """A sender that keeps a row for each event, as the ledger wants it."""

    def __init__(self, bench: Bench) -> None:
        self._topic = bench.topic
        self._version = SchemaRegistry(bench.settings).register_order()
        self._producer = Producer({"bootstrap.servers": bench.endpoints.kafka, **SETTINGS})
        self._rows: list[dict[str, Any]] = []

    def send_evenly(self, per_s: float, seconds: float) -> None:
        began_s, before = time.monotonic(), len(self._rows)
        while (now_s := time.monotonic() - began_s) < seconds:
            while len(self._rows) - before < now_s * per_s:
                self._send_next()
            self._producer.poll(0.01)
        if left := self._producer.flush(90):
            raise TimeoutError(f"Kafka has not answered for {left} events")

    @property
    def acknowledged(self) -> int:
        return sum(row["outcome"] == "ok" for row in self._rows)

    def sent(self) -> pa.Table:
        """The sender's record, with the columns that scenarios.audit.rows takes."""
        return pa.Table.from_pylist(self._rows)

    def _send_next(self) -> None:
        seq = len(self._rows)
        spoilt = seq % BAD_EVERY == 0
        payload = b'{"order_id":' if spoilt else _order(seq)
        row = {"seq": seq, "intended_ns": time.time_ns(), "outcome": "unknown", "crc32c": google_crc32c.value(payload)}
        row |= {"price_cents": seq, "stream": 0, "partition": -1, "offset": -1, "spoilt": spoilt, "tries": 1}
        self._rows.append(row)

        def answered(error: KafkaError | None, message: Any) -> None:
            if error is None:
                row.update(outcome="ok", partition=message.partition(), offset=message.offset())

        headers = {"producer": self._topic, "seq": str(seq), "intended_ns": str(row["intended_ns"])}
        value = wire.encode(self._version, payload)
        self._producer.produce(
            self._topic, value, b"o%d" % seq, headers={k: v.encode() for k, v in headers.items()}, on_delivery=answered
        )


def _order(seq: int) -> bytes:
    return b'{"order_id":"o%d","order_purchase_timestamp":"2018-05-24 10:00:00","price":%d.%02d}' % (
        seq,
        seq // 100,
        seq % 100,
    )
