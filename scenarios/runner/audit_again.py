"""A run audited once more, or a whole lake without any run, on a stack that still has the rows."""

from dataclasses import dataclass
from pathlib import Path

from reports.record import Ledger, RunRecord
from scenarios.audit.count import count
from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.audit.marks import Marks
from scenarios.audit.rows import load_lake, load_sent_file, open_rows
from scenarios.runner.topic_watch import TopicWatch
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints


def audit_run(endpoints: Endpoints, folder: Path, record: RunRecord) -> Ledger:
    """The ledger of a run, from its sent.parquet and the lake as it is now.

    Raises:
        TargetError: the lake is another than the run's, or it or the sender's record cannot be read.
    """
    topic_id = TopicWatch(endpoints).topic_id()
    if topic_id != record.topic_id:
        raise TargetError(
            f"run {record.id} was on a topic of id {record.topic_id}, this stack's has {topic_id}: its lake is gone; "
            "`keystone run --keep` leaves a stack for later audits"
        )
    sent = folder / "sent.parquet"
    if not sent.is_file():
        raise TargetError(f"{sent} is missing, and with it what run {record.id} sent: it cannot be audited again")
    with open_rows(folder) as db, lake_errors():
        load_sent_file(db, sent)
        load_lake(db, LakeReader(endpoints), Marks(topic_id, record.start_marks, record.end_marks), record.id)
        return count(db)


@dataclass(frozen=True)
class StackAudit:
    """The ledger of all the topic's rows, of nobody's run, and how many records of the topic are not in it yet."""

    ledger: Ledger
    behind: int


def audit_stack(endpoints: Endpoints) -> StackAudit:
    """Is each record of the topic in exactly one place?

    While writers are behind, what they have not committed to Kafka may be on its way from one table to the next: it is
    left out, and counted.

    Raises:
        TargetError: the lake cannot be read.
    """
    watch = TopicWatch(endpoints)
    # In this order: what is committed meanwhile is behind neither.
    committed, ends = watch.committed(), watch.ends()
    behind = sum(max(end - committed.get(partition, 0), 0) for partition, end in ends.items())
    marks = Marks(watch.topic_id(), {}, committed)
    with open_rows() as db, lake_errors():
        load_lake(db, LakeReader(endpoints), marks, None)
        return StackAudit(count(db), behind)
