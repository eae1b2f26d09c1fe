"""What can go wrong in the pipeline.

PipelineError
├── SilentRetries       a table or client that retries by itself was offered to a writer
├── CommitRefused       the catalog refused a commit: it certainly did not land
├── CommitUnknown       a commit was sent and its reply was lost: it landed, or may land yet
├── PartitionStopped    a partition cannot go on without a person's decision
│   ├── OffsetMissing       the table has no offset for a partition that it should know
│   ├── OffsetsGone         the log no longer has the next offset
│   └── DecoderDisagrees    a record that an earlier decode accepted cannot be decoded now
├── TopicRecreated      the topic's id is not the one the tables know
├── PinDamaged          a pin's object is gone, or not what was written
├── WrongFailpoint      a failpoint was asked for that there is not
├── WrongSetting        a variable of the environment has a value that cannot be meant
├── StatementFailed     a statement on Athena did not succeed
├── StateUnreachable    the database of states does not answer, or refuses
├── AlertNotSent        a channel did not take an alert
├── NoMarker            nobody has said that a day is complete
├── NoVerdict           the checks came to no result, or to two
├── MissingExtra        a package is not installed that an extra has
├── WrongRules          a file of rules says what is not allowed
└── Contention          a commit did not land, however often it was tried
"""


class PipelineError(Exception):
    """Base of all errors raised by the pipeline itself."""


class SilentRetries(PipelineError):
    """A client or table repeats failed commits by itself, which lets a stale writer in or tears a table."""


class CommitRefused(PipelineError):
    """The catalog refused the commit: somebody else committed first, and nothing of this one is visible."""


class CommitUnknown(PipelineError):
    """The commit may have landed; `snapshot_id` tells, once the table can be read again."""

    def __init__(self, snapshot_id: int, cause: BaseException) -> None:
        super().__init__(f"no clear reply to the commit of snapshot {snapshot_id}: {cause!r}")
        self.snapshot_id = snapshot_id


class Contention(PipelineError):
    """A commit to a table did not land in many tries; the text has the last answer."""

    def __init__(self, table: str, last: object) -> None:
        super().__init__(f"{table}: a commit did not land, however often it was tried; the last answer: {last}")


class WrongFailpoint(PipelineError):
    """KEYSTONE_FAILPOINT names no failpoint, or nothing that can be done there."""


class WrongSetting(PipelineError):
    """A variable of the environment has a value that cannot be meant; the text names both, and what is allowed."""


class WrongMarker(PipelineError):
    """An object in a marker's place is none; the text names it, and has what it says."""


class StatementFailed(PipelineError):
    """A statement failed, was cancelled or took too long; the text has Athena's words and the query's id."""


class StateUnreachable(PipelineError):
    """Postgres does not answer in time, or refuses; nothing of what was to be written is there."""


class AlertNotSent(PipelineError):
    """A channel did not take an alert, or nobody knows whether it did; the text names both, and no secret."""


class NoMarker(PipelineError):
    """A day has no marker: nobody has said that it is complete."""


class NoVerdict(PipelineError):
    """The checks of a day came to no result, or to two that disagree: nobody knows whether its rows are good."""


class MissingExtra(PipelineError):
    """A package is not installed; the text names the extra that has it."""


class WrongRules(PipelineError):
    """A file of rules cannot be read, or says what is not allowed; the text has lines, values and what is allowed."""


class PinDamaged(PipelineError):
    """What says how a range was decoded is gone, or not what was written; the text names the object."""


class PartitionStopped(PipelineError):
    """A partition cannot go on; the text says what is missing and what to do."""

    def __init__(self, partition: int, text: str) -> None:
        super().__init__(f"partition {partition} stopped: {text}")
        self.partition = partition


class TopicRecreated(PipelineError):
    """The topic was deleted and made anew: its offsets mean other events now."""


class OffsetMissing(PartitionStopped):
    """A partition below the recorded count has no next offset; going on from 0 would duplicate."""


class OffsetsGone(PartitionStopped):
    """The log starts above, or ends below, the offset that the lake needs next."""


class DecoderDisagrees(PartitionStopped):
    """This decoder rejects what the pinned decode of the same range accepted."""
