"""The writer's loop: poll Kafka, hold a window, flush it; take up and give back partitions as the group decides.

Whatever goes wrong on the way to the lake, the answer is the same: drop what is held, read the tables' offsets
again, and go on from there. Kafka's committed offsets are only a courtesy to those who watch the lag.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from reference.contract.headers import RecordHeaders
from reference.decode.records import Record
from reference.errors import CommitUnknown, Contention, PartitionStopped
from reference.protocol.decisions import check_log
from reference.writer.cutting import cut_batch
from reference.writer.ending import Stop
from reference.writer.flush import Flusher
from reference.writer.registration import LogBounds
from reference.writer.troubles import Troubles
from reference.writer.window import Window

log = logging.getLogger(__name__)

LAKE_TROUBLE = (BotoCoreError, ClientError, OSError, CommitUnknown, Contention)
"""What passes: the store or the catalog is away, slow or busy."""

POLL_RECORDS = 2_000
POLL_S = 0.2
LEAVE_TIMEOUT_S = 5.0


class Worker:
    """One consumer of the group, single-threaded; rebalances are served inside poll()."""

    def __init__(
        self,
        consumer: Consumer,
        topic: str,
        flusher: Flusher,
        window: Window,
        register: Callable[[], None],
        check_topic: Callable[[], None],
        log_bounds: LogBounds,
        upkeep: Callable[[], None],
        stop: Stop,
        now_s: Callable[[], float],
        is_static: bool = False,
    ) -> None:
        self._consumer = consumer
        self._topic = topic
        self._flusher = flusher
        self._window = window
        self._register = register
        self._check_topic = check_topic
        self._log_bounds = log_bounds
        self._upkeep = upkeep
        self._stop = stop
        self._now_s = now_s
        self._troubles = Troubles(now_s)
        self._assigned: set[int] = set()
        self._is_static = is_static
        self._is_rebalanced = False

    def run(self) -> None:
        """Work until `stop` is set; then flush what is held and leave the group.

        A static member does not leave: who comes back under its name has its partitions again.
        """
        self._consumer.subscribe(
            [self._topic], on_assign=self._on_assign, on_revoke=self._on_revoke, on_lost=self._on_revoke
        )
        try:
            while not self._stop.is_set():
                self._poll()
                self._troubles.tell_if_over()
                if self._window.is_due(self._now_s()):
                    self._flush()
            if not self._window.is_empty:
                self._flush()
        finally:
            self._stop.set()
            if not self._is_static:
                self._leave_group()

    def _leave_group(self) -> None:
        """Leave, unless Kafka does not answer; what matters is written, so the process may end without."""
        leaving = Thread(target=self._leave, name="leave-group", daemon=True)
        leaving.start()
        leaving.join(LEAVE_TIMEOUT_S)
        if leaving.is_alive():
            log.warning("Kafka does not answer; left without telling the group")

    def _leave(self) -> None:
        """Unsubscribe, and close once nothing is assigned and no rebalance waits to be served.

        One that close() has to serve may wait for the closing consumer forever, and hold the interpreter's lock
        meanwhile (https://github.com/confluentinc/librdkafka/issues/4884 and 4527).
        """
        try:
            self._consumer.unsubscribe()
            is_quiet = False
            while not is_quiet:
                self._is_rebalanced = False
                self._consumer.consume(POLL_RECORDS, POLL_S)
                is_quiet = not self._is_rebalanced and not self._consumer.assignment()
            self._consumer.close()
        except KafkaException as error:
            log.warning("left without telling the group: %s", error)

    def _poll(self) -> None:
        for message in self._consumer.consume(POLL_RECORDS, POLL_S):
            if message.error() is not None:
                self._on_error(message)
            else:
                self._window.add(_record(message), self._now_s())

    def _flush(self) -> None:
        """Write all that is held, batch by batch."""
        try:
            self._check_topic()
            while not self._window.is_empty:
                if not self._write_batch():
                    return
            self._commit_offsets()
            self._upkeep()
            self._troubles.passed()
        except PartitionStopped as stopped:
            self._stop_partition(stopped)
            self._restart(list(self._window.buffers))
        except (*LAKE_TROUBLE, KafkaException) as trouble:
            self._stop.wait(self._troubles.met(trouble))
            self._restart(list(self._window.buffers))

    def _write_batch(self) -> bool:
        """Write what comes next of what is held; False if another writer was first, and its partitions begin anew."""
        lake = self._flusher.read_offsets(self._window.buffers)
        batch = cut_batch(self._window.buffers, lake)
        partitions = [r.partition for r in batch.ranges]
        try:
            is_written = not partitions or self._flusher.flush(batch, lake)
        except PartitionStopped:
            if self._flusher.read_offsets(partitions).of(partitions) == lake.of(partitions):
                raise
            # What this one was late for need not be possible any more: the pin that it follows may be spent and gone.
            is_written = False
        if not is_written:
            self._restart(partitions)
        return is_written

    def _on_assign(self, _consumer: Consumer, assigned: Sequence[TopicPartition]) -> None:
        self._is_rebalanced = True
        partitions = [tp.partition for tp in assigned]
        self._take_up(partitions)
        log.info("assigned partitions %s", partitions)

    def _on_revoke(self, _consumer: Consumer, revoked: Sequence[TopicPartition]) -> None:
        self._is_rebalanced = True
        partitions = [tp.partition for tp in revoked]
        self._let_go(partitions)
        log.info("gave back partitions %s", partitions)

    def _restart(self, partitions: Sequence[int]) -> None:
        """Drop what is held of these partitions and begin them anew where the lake ends."""
        self._take_up(self._let_go(partitions))

    def _take_up(self, partitions: Sequence[int]) -> None:
        """Start reading partitions at the lake's next offsets, waiting for the lake as long as it takes."""
        while not self._stop.is_set():
            try:
                starts = self._starts(partitions)
            except (*LAKE_TROUBLE, KafkaException) as trouble:
                self._stop.wait(self._troubles.met(trouble))
                continue
            self._window.begin(starts)
            self._consumer.incremental_assign([TopicPartition(self._topic, p, start) for p, start in starts.items()])
            self._assigned.update(starts)
            self._commit_offsets()
            return
        self._consumer.incremental_assign([])

    def _starts(self, partitions: Sequence[int]) -> dict[int, int]:
        self._register()
        lake = self._flusher.read_offsets(partitions)
        starts = {}
        for partition, (log_start, log_end) in self._log_bounds(partitions).items():
            try:
                start = lake.start(partition)
                check_log(partition, start, log_start, log_end)
            except PartitionStopped as stopped:
                log.error("%s", stopped)  # noqa: TRY400 - the text is for a person, the trace says nothing
            else:
                starts[partition] = start
        return starts

    def _stop_partition(self, stopped: PartitionStopped) -> None:
        log.error("%s", stopped)
        self._let_go([stopped.partition])

    def _let_go(self, partitions: Sequence[int]) -> list[int]:
        """Stop reading partitions and drop what is held of them; those that are not stopped already are returned.

        Kafka refuses to take back a partition that a stop has given back before.
        """
        for partition in partitions:
            self._window.forget(partition)
        ours = [partition for partition in partitions if partition in self._assigned]
        self._consumer.incremental_unassign([TopicPartition(self._topic, partition) for partition in ours])
        self._assigned.difference_update(ours)
        return ours

    def _on_error(self, message: Any) -> None:
        error: KafkaError = message.error()
        if error.code() == KafkaError._AUTO_OFFSET_RESET:  # noqa: SLF001 - confluent's public name for it
            # The log no longer has the next offset; looked at anew, it says how many are gone.
            self._restart([message.partition()])
        elif error.fatal() or error.code() == KafkaError._FATAL:  # noqa: SLF001 - see above
            raise KafkaException(error)
        else:
            log.warning("Kafka: %s", error)

    def _commit_offsets(self) -> None:
        offsets = [TopicPartition(self._topic, p, buffer.position) for p, buffer in self._window.buffers.items()]
        if offsets:
            self._consumer.commit(offsets=offsets, asynchronous=True)


def _headers(message: Any) -> RecordHeaders:
    try:
        return RecordHeaders.parse(message.headers())
    except (SystemError, UnicodeDecodeError):
        # confluent-kafka cannot hand out a header whose name is not UTF-8; such a record is none of our producers'.
        return RecordHeaders()


def _record(message: Any) -> Record:
    return Record(
        partition=message.partition(),
        offset=message.offset(),
        key=message.key(),
        value=message.value(),
        headers=_headers(message),
        timestamp_ms=message.timestamp()[1],
    )
