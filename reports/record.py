"""The run record: what a run was, what it measured, and what was judged of it. `docs/run-record.md` explains it.

A record is written once, by the runner, as `run.json`, and read by whoever judges, shows or compares runs. Verdicts are
made from it alone. Times are UTC; `*_s` and `at_s` of the load's timeline count from the first phase's beginning.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, ValidationError

SCHEMA: Final = "keystone.run/1"
CHECKS: Final = ("athena", "tasks")
"""The parts of the way to gold, as the meter names them: who runs queries, and who asks for them."""

Amount = Annotated[Decimal, PlainSerializer(str, return_type=str)]
Outcome = Literal["passed", "failed", "inconclusive"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Machine(_Part):
    """Where the run ran."""

    cpus: int
    cpu_model: str
    memory_mib: int
    system: str


class Events(_Part):
    """What the load generator knows. sent = acked + failed + unknown; the warm-up's events are in none of them."""

    sent: int = Field(description="Events that were due.")
    acked: int = Field(description="Events that are in Kafka.")
    failed: int = Field(description="Events that are certainly not in Kafka.")
    unknown: int = Field(description="Events without an answer: in Kafka or not.")
    spoilt: int = Field(description="Of those sent, events made unreadable on purpose.")
    sent_again: int = Field(default=0, description="Events that had more than one try.")
    payload_bytes: int | None = Field(default=None, description="Of the payloads of those sent.")
    warm_up: int = Field(description="Events acknowledged before the start marks; not judged.")
    poison_sent: int = Field(description="Records put into Kafka that are no events.")
    poison_delivered: int = Field(description="Of those, confirmed by Kafka.")


class Offender(_Part):
    """One row or event that should not be as it is."""

    seq: int | None = Field(description="The event's number; null for a row of no event.")
    partition: int | None
    offset: int | None = Field(
        description="Of the row; for what has none, where it was acknowledged, or, if nobody said where, that of the "
        "event nearest to it by number, as `what` then says."
    )
    file: str | None = Field(description="Of the row; for what is missing, the file of the nearest offset there is.")
    what: str = Field(description="The table, and what is wrong there.")


class Ledger(_Part):
    """Counts of rows read back through the catalog, and of what is wrong with them."""

    bronze: int
    silver: int
    quarantine: int
    lost: int
    duplicated: int
    duplicated_by_client: int
    phantom: int
    corrupted: int
    reordered: int
    displaced: int
    misrouted: int
    resolved: int
    foreign: int
    poison: int
    poison_quarantined: int
    spoilt: int
    spoilt_quarantined: int
    set_aside: int
    arrived: int
    price_sent: Amount = Field(description="Of the events acknowledged or in bronze, and not in quarantine.")
    price_silver: Amount = Field(description="Of silver's rows, an event of several records once.")
    offenders: Mapping[str, tuple[Offender, ...]] = Field(description="The first of each category.")


class GoldLedger(_Part):
    """What the audit's own rules say of the days that the run has rows of, and of where their rows are."""

    days: int
    rows: int = Field(description="Of silver, whoever sent them.")
    failing: int = Field(description="Rows that break a rule at least.")
    by_rule: Mapping[str, int] = Field(description="Rule: rows that break it. A row may break several.")
    quarantined: int = Field(description="Rows in quarantine, stage quality, in their day's newest generation.")
    orders: int = Field(description="Those that gold has added up, of days that are not held.")
    held_days: int = Field(description="Days of which too much fails.")
    held_rows: int = Field(description="Rows of held days: neither in gold nor in quarantine.")
    reopened_days: int = Field(description="Days for which rows came after the run had taken them to gold.")
    late_rows: int = Field(description="Those rows.")
    took_s: float = Field(description="What marking, checking and writing took after the drain.")
    misrouted: int = Field(description="Rows and sums that are not where they belong.")
    offenders: tuple[Offender, ...] = Field(description="The first of those.")


class Throughput(_Part):
    """Events a second over the phases; acked until the last ack if that came after them."""

    offered_per_s: float
    acked_per_s: float


class Quantiles(_Part):
    """Milliseconds, to three significant digits."""

    count: int
    p50: float
    p90: float
    p99: float
    p999: float
    max: float


class Latency(_Part):
    """Of the run's events, from the intended time, but for `ack_raw`; null where no event came so far."""

    ack: Quantiles | None
    ack_raw: Quantiles | None = Field(description="From the actual sending: hides what waited to be sent.")
    bronze: Quantiles | None = Field(description="To the commit that made the row readable.")
    silver: Quantiles | None
    gold: Quantiles | None = Field(
        default=None, description="To the commit that had the row in gold's sums; of runs that go to gold."
    )


class Unstamped(_Part):
    """Rows that no batch of the journal covers, so that their freshness is unknown."""

    bronze: int
    silver: int


class Generator(_Part):
    """How well the load generator kept to its plan."""

    lateness_ms: Quantiles | None = Field(
        description="From the intended time to when the sender got to the event; what the server holds up is not in it."
    )
    engine: str = Field(default="native", description="native, or locust: its users send.")
    workers: int = Field(default=1, description="Processes that sent.")
    clock_error_ms: float = Field(
        default=0.0, description="By how much the clocks of senders on other machines may be wrong."
    )
    cpu_s: float = Field(description="Of its processes on this machine.")
    stream_breaks: int
    stray_acks: int


class Stage(_Part):
    """One stage of the pipeline, from the first phase's beginning to the end of the drain."""

    name: str
    cpu_s: float = Field(description="Of its processes, user and system.")
    events: int | None = Field(description="How many it took on; null where events do not pass through.")
    busy_share: float = Field(description="Share of the time in which it was at work, 0 to 1.")
    busy_by: str = Field(description="How that share was found.")
    deaths: int = Field(description="How often its processes died by themselves.")
    restarts: int = Field(description="How often another process took the place of one.")
    peak_rss_mib: float


class Limit(_Part):
    """Which stage kept the pipeline from doing more; null if none did at this load."""

    stage: str | None
    why: str


class Lag(_Part):
    """Records in Kafka that the writers' group had not committed."""

    peak: int
    at_load_end: int | None = Field(description="Null where Kafka did not say.")
    at_end: int | None = Field(description="When the waiting ended.")
    drained: bool = Field(description="Whether the lag came to 0, and nobody wrote to the tables any more.")
    drain_s: float = Field(description="From the end of load and faults until the lag was 0, or until it was given up.")


class FaultRecord(_Part):
    """One fault as planned and as it was."""

    fault: str
    part: str
    at_s: float
    for_s: float
    settings: Mapping[str, Any]
    began_s: float | None
    ended_s: float | None
    error: str | None


class Noise(_Part):
    """What else the machine did: too much of it, and timing cannot be judged."""

    others_cpu_share: float = Field(description="CPU used by processes that are no part of the run, 0 to 1.")
    stolen_share: float = Field(description="CPU time that the hypervisor kept, 0 to 1.")
    wake_up_p99_ms: float = Field(description="How late a sleeping thread woke, 99th percentile.")
    too_noisy: bool
    why: str


class MeteredRequests(_Part):
    """What one part asked of one service, of one kind, in a time; bytes are those of bodies."""

    part: str
    service: str
    kind: str
    requests: int
    bytes_in: int | None = Field(description="Null where the service's log does not say.")
    bytes_out: int | None = Field(description="Likewise.")
    busy_s: float = Field(description="What the service spent on answering.")


class MeteredQuery(_Part):
    """One statement that Athena has come to an end with."""

    part: str = Field(description="Which part of the stack asked.")
    statement: str = Field(description="SELECT, INSERT, SHOW_TABLES and so on.")
    kind: Literal["DDL", "DML", "UTILITY"]
    state: Literal["SUCCEEDED", "FAILED", "CANCELLED"]
    reused: bool = Field(description="Whether an earlier statement's result was taken.")
    scanned_bytes: int
    engine_ms: int = Field(description="How long it ran; what it waited is not in it.")


class Meter(_Part):
    """What the pipeline used, from the first phase's beginning to the end of the drain."""

    wall_s: float
    requests: tuple[MeteredRequests, ...]
    kafka_records: int = Field(description="Records that Kafka took in.")
    kafka_bytes: int | None = Field(description="What they take in Kafka's log, once; null where not seen.")
    lake_rows: int = Field(description="Rows that were committed to bronze: the last of the warm-up's are among them.")
    stored_bytes: int = Field(description="By how much the data files of bronze, silver and quarantine grew.")
    scanned_bytes: int | None = Field(description="By queries of Athena; null where none are run.")
    queries: tuple[MeteredQuery, ...] = Field(default=(), description="Of Athena, in the order of their ends.")

    def count(self, service: str, kinds: Sequence[str] | None = None, checks: bool = False) -> int:
        """How many requests a service had, of all kinds or of some; those of CHECKS, or those of all others."""
        return sum(
            one.requests
            for one in self.requests
            if one.service == service and (kinds is None or one.kind in kinds) and (one.part in CHECKS) == checks
        )


class CostLine(_Part):
    """One line of a bill for a million events."""

    stage: str
    item: str
    price: str = Field(description="Its name in the price book.")
    quantity: float = Field(description="Units for a million events.")
    unit: str
    usd_per_unit: float
    usd_per_million_events: float = Field(description="quantity x usd_per_unit.")
    how: str = Field(description="Where the quantity comes from.")


class Cost(_Part):
    """What the run would cost on AWS, at its own rate."""

    price_book: str
    lines: tuple[CostLine, ...]
    usd_per_million_events: float = Field(description="The sum of the lines.")
    usd_per_gb: float = Field(description="Of payload.")
    not_included: tuple[str, ...]


Layout: TypeAlias = Literal["written", "compacted", "unpartitioned"]
Share: TypeAlias = Literal["one", "all"]


class QueryCost(_Part):
    """What one question put to Athena took."""

    layout: Layout = Field(
        description="Of silver's rows: as the writers left them; a file for each day; in the order in which they came."
    )
    files: int = Field(description="Data files of the table.")
    table_bytes: int = Field(description="What they take.")
    days: Share = Field(description="Whether it asks for the day with the most rows of the run, or for all.")
    columns: Share
    scanned_bytes: int
    s3_requests: int | None = Field(description="What Athena asked of S3 for it; null where that is not counted.")
    seconds: float = Field(description="How long the engine took.")
    usd: float = Field(description="For the bytes scanned, ten megabytes at least, and the requests.")


class Verdict(_Part):
    """One claim; `passed` is null where it could not be judged, and `expected` says why."""

    name: str
    passed: bool | None
    observed: str
    expected: str


class RunRecord(_Part):
    """All of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    schema_: Literal["keystone.run/1"] = Field(default=SCHEMA, alias="schema")
    id: str
    scenario: str
    story: str
    control: str | None = Field(description="A part replaced by one that is broken on purpose.")
    plan: Mapping[str, Any] = Field(description="The scenario's keys and values as they were run.")
    target: str
    object_store: str | None = Field(
        default=None, description="What held the lake's files, and its version; null where the target does not say."
    )
    started_at: datetime
    ended_at: datetime
    machine: Machine
    versions: Mapping[str, str]
    topic_id: str
    start_marks: Mapping[int, int] = Field(description="Partition: the run's first offset.")
    end_marks: Mapping[int, int] | None = Field(
        default=None,
        description="Partition: the first offset after the run; null on a target that nobody else uses.",
    )
    events: Events
    ledger: Ledger
    gold: GoldLedger | None = Field(default=None, description="Null for a run that does not go to gold.")
    throughput: Throughput
    latency_ms: Latency
    unstamped: Unstamped
    generator: Generator
    stages: tuple[Stage, ...]
    limit: Limit
    takeovers: int | None = Field(
        description="How often a partition went on under another writer; null where the journal could not be read."
    )
    lag: Lag
    faults: tuple[FaultRecord, ...]
    skipped: Mapping[str, str] = Field(default_factory=dict, description="What the target cannot do, and why.")
    noise: Noise
    meter: Meter | None = Field(default=None, description="Null where the target counts nothing.")
    cost: Cost | None = Field(default=None, description="Null where nothing was metered or acknowledged.")
    query_costs: tuple[QueryCost, ...] = Field(default=(), description="Of runs that ask what a query costs.")
    verdicts: tuple[Verdict, ...] = ()
    outcome: Outcome | None = Field(default=None, description="Null until it is judged.")

    def to_json(self) -> str:
        """As run.json has it."""
        return self.model_dump_json(indent=2) + "\n"


def read_record(folder: Path) -> RunRecord:
    """The record in a run's folder.

    Raises:
        OSError: there is none.
        ValueError: it is not one, or of another version.
    """
    return RunRecord.model_validate_json((folder / "run.json").read_bytes())


def first_problem(error: OSError | ValueError) -> str:
    """One line for what read_record raised."""
    if isinstance(error, ValidationError):
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        return f"{place}: {problem['msg']}" if place else problem["msg"]
    return str(error)


def record_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of run.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | RunRecord.model_json_schema(
        mode="serialization"
    )
