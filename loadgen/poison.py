"""Records that are no events, put straight into the topic beside the load, as a foreign producer might.

Each carries headers with its producer and number, so that it can be counted; apart from that it is as bad as can be.
"""

import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from confluent_kafka import KafkaError, KafkaException, Producer

from loadgen.errors import LoadgenError
from reference.contract.headers import PRODUCER, SEQ

_UNKNOWN = UUID("00000000-0000-4000-8000-00000000dead").bytes


def kinds(version: bytes) -> Sequence[bytes | None]:
    """One after the other: no value, an empty one, a missing, cut and false header, an unknown version; of the
    registered `version`, what is not zlib, eight MiB of zeros in eight KiB, brackets without end, and no UTF-8."""
    return (
        None,
        b"",
        b"no registry header at all",
        b"\x03\x00" + version[:7],
        b"\x03\x07" + version + b"{}",
        b"\x03\x00" + _UNKNOWN + b'{"order_id": "of an unknown schema version"}',
        b"\x03\x05" + version + b"not zlib",
        b"\x03\x05" + version + zlib.compress(bytes(8 * 2**20), 9),
        b"\x03\x00" + version + b"[" * 100_000,
        b"\x03\x00" + version + b"\xff\xfe\x00",
    )


@dataclass(frozen=True)
class PoisonLog:
    """What was put into the topic: how many records were tried, and how many Kafka has confirmed."""

    sent: int
    delivered: int


class PoisonSource:
    """Sends each of `kinds` in turn at a constant rate, in a thread of its own, from start to stop; at rate 0 none."""

    def __init__(
        self,
        client: Mapping[str, str],
        topic: str,
        kinds: Sequence[bytes | None],
        producer: str,
        rate_per_s: float,
        now_s: Callable[[], float],
    ) -> None:
        """Make the producer.

        Raises:
            LoadgenError: `client`, the settings to reach Kafka with, cannot be.
        """
        self._topic = topic
        self._kinds = kinds
        self._producer = producer
        self._rate_per_s = rate_per_s
        self._now_s = now_s
        # What does not get through is counted; while a broker is away on purpose its complaints are no news.
        quiet = {"enable.idempotence": True, "log_level": 0, "error_cb": lambda _error: None}
        try:
            self._client = Producer({**client, **quiet}) if rate_per_s else None
        except KafkaException as error:
            raise LoadgenError(f"no producer of poison can be made: {error.args[0].str()}") from None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._client,), name="poison", daemon=True)
        self._sent = 0
        self._delivered = 0

    def start(self) -> None:
        """Begin."""
        if self._client is not None:
            self._thread.start()

    def stop(self, timeout_s: float = 30.0) -> PoisonLog:
        """Send no more and wait for Kafka's confirmations; may be called again."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._client is not None:
            self._client.flush(timeout_s)
        return PoisonLog(self._sent, self._delivered)

    def _run(self, client: Producer) -> None:
        start_s = self._now_s()
        while not self._stop.wait(max(0.0, start_s + self._sent / self._rate_per_s - self._now_s())):
            headers = [(PRODUCER, self._producer.encode()), (SEQ, str(self._sent).encode())]
            value = self._kinds[self._sent % len(self._kinds)]
            key = str(self._sent).encode()
            # A full queue, while Kafka is away, takes no more: sent, and never confirmed.
            with suppress(BufferError):
                client.produce(self._topic, value=value, key=key, headers=headers, on_delivery=self._on_delivery)
            self._sent += 1
            client.poll(0)

    def _on_delivery(self, error: KafkaError | None, _message: Any) -> None:
        self._delivered += error is None
