"""From the records of several senders that shared a plan to one, as if one had sent it all."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loadgen.row_file import ROWS, RowFile
from loadgen.send_log import Latencies, SendLog, Sent

PER_BATCH = 8_192


def merge_logs(logs: Sequence[SendLog], folder: Path) -> SendLog:
    """One record; the logs are in the order of their shares, and each row's seq is that of the plan.

    Streams get numbers that tell them apart: n of share i becomes n times so many shares, plus i.
    """
    with RowFile(folder) as file:
        for first in range(0, max(log.planned for log in logs), PER_BATCH):
            slices = [_apart(log.table.slice(first, PER_BATCH), index, len(logs)) for index, log in enumerate(logs)]
            # The same rows of each share are neighbours in the plan.
            for batch in pa.concat_tables(slices).sort_by("seq").combine_chunks().to_batches():
                file.write(batch)
        table = file.table()
    return SendLog(
        producer=logs[0].producer,
        table=table,
        start_ns=logs[0].start_ns,
        latencies={name: merge_latencies([log.latencies[name] for log in logs]) for name in logs[0].latencies},
        breaks=tuple(sorted((broken for log in logs for broken in log.breaks), key=lambda broken: broken.at_ns)),
        stray_acks=sum(log.stray_acks for log in logs),
        stopped=any(log.stopped for log in logs),
        payload_bytes=sum(log.payload_bytes for log in logs),
        clock_error_ns=max(log.clock_error_ns for log in logs),
    )


def merge_sent(parts: Sequence[Sent]) -> Sent:
    """How far all are together."""
    return Sent(
        planned=sum(sent.planned for sent in parts),
        sent=sum(sent.sent for sent in parts),
        ok=sum(sent.ok for sent in parts),
        failed=sum(sent.failed for sent in parts),
        unknown=sum(sent.unknown for sent in parts),
        latencies=merge_latencies([sent.latencies for sent in parts]),
    )


def merge_latencies(parts: Sequence[Latencies]) -> Latencies:
    """The counts of all; what shares a count in several parts stands there as often."""
    return Latencies(
        seconds=np.concatenate([part.seconds for part in parts]),
        us=np.concatenate([part.us for part in parts]),
        counts=np.concatenate([part.counts for part in parts]),
    )


def _apart(rows: pa.Table, index: int, of: int) -> pa.Table:
    streams = pc.add(pc.multiply(rows["stream"], pa.scalar(of, pa.int32())), pa.scalar(index, pa.int32()))
    return rows.set_column(ROWS.get_field_index("stream"), ROWS.field("stream"), streams)
