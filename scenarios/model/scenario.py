"""A scenario: what load is sent, what is broken meanwhile, and what is expected of the pipeline.

Units are in the names. A scenario never changes; `scenarios.model.overrides` makes new ones of it.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from chaos.catalogue import AnyFault
from chaos.fault import Fault
from loadgen import arrivals
from loadgen.olist_profile import hourly_weights
from loadgen.order_settings import FIRST_DAY, LAST_DAY, RENAMED_FIELD, BadRow
from loadgen.trace import read_trace

NAME_PATTERN: Final = r"^[a-z0-9-]+$"
STORY_PATTERN: Final = r"^[^\x00-\x1f\x7f]+\.$"
EVENTS_PATTERN: Final = r"^((olist|generated)(:[1-9][0-9]{0,8})?|csv:.+|jsonl:.+|parquet:.+)$"

Figure: TypeAlias = Literal[
    "acked_per_s", "failed", "unknown", "duplicated_by_client", "quarantined", "lag_peak", "drain_s", "deaths",
    "restarts", "takeovers", "sent_again", "spoilt_arrived", "poison_taken",
    "ack_p50_ms", "ack_p90_ms", "ack_p99_ms", "ack_p999_ms", "ack_max_ms",
    "bronze_p50_ms", "bronze_p90_ms", "bronze_p99_ms", "bronze_p999_ms", "bronze_max_ms",
    "silver_p50_ms", "silver_p90_ms", "silver_p99_ms", "silver_p999_ms", "silver_max_ms",
    "gold_p50_ms", "gold_p90_ms", "gold_p99_ms", "gold_p999_ms", "gold_max_ms",
    "gold_s", "failing", "held_days", "late_rows", "day_query_usd",
]  # fmt: skip
"""What a run measures and a scenario may bound. Latencies count from when an event was due."""

VerdictName: TypeAlias = Literal[
    Figure, "sent", "lost", "duplicated", "phantom", "corrupted", "reordered", "displaced", "misrouted",
    "identity", "account", "spoilt", "poison", "price", "gold", "drained", "faults", "budget_usd_per_million_events",
]  # fmt: skip
"""What may be judged of a run: the bounded figures, and what no scenario has to ask for."""

IMPLIED_ZERO: Final[tuple[Figure, ...]] = ("failed", "unknown", "duplicated_by_client", "quarantined")
"""These must be 0 unless a scenario bounds them."""

Value = TypeVar("Value")
Story: TypeAlias = Annotated[str, Field(max_length=200, pattern=STORY_PATTERN)]
Bounds: TypeAlias = Mapping[Figure, Annotated[float, Field(ge=0, allow_inf_nan=False)]]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Phase(_Frozen):
    """A rate for a while: constant, or leading to another on a slope or in steps."""

    for_s: float = Field(gt=0, le=86_400, description="How long it lasts, in seconds.")
    rate_per_s: float = Field(gt=0, le=1_000_000, description="How many events are due in a second.")
    to_rate_per_s: float | None = Field(
        default=None, gt=0, le=1_000_000, description="The rate at its end, if it changes; or null."
    )
    steps: int = Field(
        default=0, ge=0, le=1000, description="In how many equal steps it changes; with 0 or 1 it changes evenly."
    )

    like: str | None = Field(
        default=None,
        pattern=r"^(day|week|trace:.+)$",
        description="What the rate follows, squeezed into the phase, rate_per_s being its mean: the hours of a day or "
        "a week, as purchases of the Olist data set do, or trace:FILE, a recorded load, a time in seconds a line.",
    )

    @model_validator(mode="after")
    def _follows_one_thing(self) -> "Phase":
        if self.like and (self.to_rate_per_s is not None or self.steps):
            raise _contradiction("like without to_rate_per_s and steps: the rate cannot follow both")
        return self

    @model_validator(mode="after")
    def _steps_lead_somewhere(self) -> "Phase":
        if self.steps and self.to_rate_per_s is None:
            raise _contradiction("steps beside to_rate_per_s alone: with one rate there is nothing to step to")
        return self

    @property
    def planned(self) -> arrivals.Phase:
        """As the load generator takes it."""
        if self.like is None:
            return arrivals.Phase(self.for_s, self.rate_per_s, self.to_rate_per_s, self.steps)
        if self.like.startswith("trace:"):
            return arrivals.Phase(self.for_s, self.rate_per_s, trace=read_trace(Path(self.like.removeprefix("trace:"))))
        return arrivals.Phase(self.for_s, self.rate_per_s, weights=hourly_weights(week=self.like == "week"))


class BrokenTwin(_Frozen):
    """What to change so that the scenario must fail: the proof that its verdict sees anything."""

    story: Story = Field(description="What is broken, in one line that ends with a full stop.")
    fails: VerdictName = Field(description="The name of the verdict that must fail.")
    set: Mapping[str, Any] = Field(
        default_factory=dict, description="Dotted keys of the scenario, and the values they have in the twin."
    )
    control: str | None = Field(
        default=None, pattern=NAME_PATTERN, description="A broken part, known to the runner, in place of a sound one."
    )

    @model_validator(mode="after")
    def _changes_something(self) -> "BrokenTwin":
        if not self.set and self.control is None:
            raise _contradiction("a mapping that has set, control or both: else the twin is no different")
        return self


class ScenarioKeys(_Frozen):
    """What a scenario file may say."""

    story: Story = Field(description="The situation, in one line that ends with a full stop.")
    events: str = Field(
        default="olist",
        pattern=EVENTS_PATTERN,
        description="What is sent: olist (endless made-up orders, distributed as Olist's are; also called generated), "
        "olist:N (N of them), csv:DIR (Olist's files), jsonl:FILE (an order a line) or parquet:FILE (payload and "
        "price_cents).",
    )
    seed: int = Field(
        default=1, ge=0, le=2**63 - 1, description="Of made-up orders and of chance: the same seed, the same load."
    )
    first_day: date = Field(default=FIRST_DAY, description="Of the purchases of made-up orders.")
    last_day: date = Field(default=LAST_DAY, description="Of the purchases of made-up orders.")
    shift_dates: bool = Field(default=False, description="Whether every order is purchased now, not when it says.")
    writers: int = Field(default=1, ge=1, le=8, description="How many writers share the topic.")
    flush_seconds: float = Field(default=5.0, ge=0.05, le=600, description="A writer commits at least this often.")
    flush_rows: int = Field(default=50_000, ge=1, le=1_000_000, description="A writer commits after so many rows.")
    warm_up_s: float = Field(
        default=2.0, ge=0, le=600, description="Load before the first phase, at its rate, that no latency counts."
    )
    arrivals: Literal["even", "poisson"] = Field(
        default="even", description="Whether events are evenly spaced or arrive at random, independently of each other."
    )
    call: Literal["stream", "unary", "batch"] = Field(
        default="stream",
        description="Whether events go over one stream, each in a call of its own, or up to a hundred in a call.",
    )
    connections: int = Field(default=1, ge=1, le=1_000, description="Over how many connections events go in turn.")
    retries: int = Field(
        default=0,
        ge=0,
        le=100,
        description="How often an event that failed or is unknown is sent again, after 0.1 s and then each time after "
        "twice as long, up to 5 s.",
    )
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=100, description="The load, one phase after the other.")
    bad_rows: Mapping[BadRow, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict,
        description="Share of events that are bad, by kind. Of events from files, only renamed-field can be made.",
    )
    poison_per_s: float = Field(
        default=0.0, ge=0, le=1000, description="Records that are no events, put into Kafka beside the load."
    )
    faults: tuple[AnyFault, ...] = Field(default=(), description="What is broken, when, and for how long.")
    gold: bool = Field(
        default=False,
        description="Whether the days that orders were sent of are checked and go to gold, once the lake has all.",
    )
    gold_at_s: tuple[Annotated[float, Field(gt=0, le=86_400)], ...] = Field(
        default=(), max_length=10, description="When they do so before, too: what comes for them afterwards is late."
    )
    rules: str | None = Field(
        default=None,
        min_length=1,
        description="A file of rules of quality in the place of the project's own; a path from where keystone runs.",
    )
    hold_above: float = Field(
        default=0.05, ge=0, le=1, description="A day of which a larger share fails the rules is held, and not in gold."
    )
    query_costs: bool = Field(
        default=False,
        description="Whether it is measured what questions to Athena cost: of a day and of all days, of one column and "
        "of all, with the files as they were written, put together, and without partitions.",
    )
    at_most: Bounds = Field(
        default_factory=dict,
        description="Figures and their greatest values. failed, unknown, duplicated_by_client and quarantined must be "
        "0 unless they are named here or in at_least.",
    )
    at_least: Bounds = Field(default_factory=dict, description="Figures and their least values.")
    drain_within_s: float = Field(
        default=60.0,
        ge=1,
        le=3600,
        description="How long after the load and its faults the lake may take to have everything.",
    )
    budget_usd_per_million_events: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="What a million events may cost on AWS by the price book, at the run's rate; or null.",
    )
    broken_twin: BrokenTwin | None = Field(
        default=None, description="What to change so that the scenario must fail; or null."
    )

    @field_validator("phases")
    @classmethod
    def _something_is_due(cls, phases: tuple[Phase, ...]) -> tuple[Phase, ...]:
        if not any(phase.planned.count for phase in phases):
            raise _contradiction("a list of phases in which one event at least is due (for_s times rate_per_s)")
        return phases

    @field_validator("last_day")
    @classmethod
    def _days_are_in_order(cls, last_day: date, known: ValidationInfo) -> date:
        first_day = known.data.get("first_day", last_day)
        if last_day < first_day:
            raise _contradiction(f"{first_day}, which is first_day, or later")
        return last_day

    @field_validator("bad_rows")
    @classmethod
    def _bad_rows_can_be_made(cls, bad_rows: Mapping[str, float], known: ValidationInfo) -> Mapping[str, float]:
        if sum(bad_rows.values()) > 1:
            raise _contradiction("a mapping of shares that add up to 1 at most")
        from_files = known.data.get("events", "olist").startswith(("csv:", "jsonl:", "parquet:"))
        errors = [
            InitErrorDetails(type=_contradiction("only renamed-field of events from files"), loc=(kind,), input=share)
            for kind, share in bad_rows.items()
            if from_files and kind != RENAMED_FIELD
        ]
        return _unless(errors, bad_rows)

    @field_validator("faults")
    @classmethod
    def _faults_fit(cls, faults: tuple[Fault, ...], known: ValidationInfo) -> tuple[Fault, ...]:
        """Check the faults against phases and writers, as far as those are valid themselves."""
        errors = []
        duration_s = sum(phase.for_s for phase in known.data.get("phases", ()))
        for index, fault in enumerate(faults):
            if duration_s and fault.at_s > duration_s:
                wrong = _contradiction(f"at most {duration_s:g}, when the phases end")
                errors.append(InitErrorDetails(type=wrong, loc=(index, "at_s"), input=fault.at_s))
            kind, _, number = fault.part.partition("-")
            writers = known.data.get("writers")
            if kind == "writer" and writers and int(number) > writers:
                wrong = _contradiction(f"at most writer-{writers}, for writers is {writers}")
                errors.append(InitErrorDetails(type=wrong, loc=(index, "part"), input=fault.part))
        return _unless(errors, faults)

    @model_validator(mode="after")
    def _gold_fits(self) -> "ScenarioKeys":
        if not self.gold and (self.gold_at_s or self.rules):
            raise _contradiction("gold_at_s and rules beside gold: true alone")
        if self.gold_at_s and max(self.gold_at_s) >= sum(phase.for_s for phase in self.phases):
            raise _contradiction("gold_at_s before the phases end: then the days go to gold anyhow")
        return self

    @field_validator("at_least")
    @classmethod
    def _bounds_leave_room(cls, at_least: Bounds, known: ValidationInfo) -> Bounds:
        at_most: Bounds = known.data.get("at_most", {})
        errors = [
            InitErrorDetails(
                type=_contradiction(f"at most {at_most[name]:g}, which at_most says"), loc=(name,), input=least
            )
            for name, least in at_least.items()
            if name in at_most and least > at_most[name]
        ]
        return _unless(errors, at_least)


class Scenario(ScenarioKeys):
    """A situation to put the pipeline into, and what is expected of it there.

    Attributes:
        name: of its file, without .yaml.
    """

    name: str = Field(pattern=NAME_PATTERN)

    @property
    def duration_s(self) -> float:
        """How long the load takes, after the warm-up."""
        return sum(phase.for_s for phase in self.phases)

    @property
    def planned_events(self) -> int:
        """How many events are sent, after the warm-up: as many as are due, or all that are asked for if those are
        fewer. Files may hold fewer still."""
        due = sum(phase.planned.count for phase in self.phases)
        count = self.events.removeprefix("generated:").removeprefix("olist:")
        return min(due, int(count)) if count.isdigit() else due

    @property
    def upper_bounds(self) -> Bounds:
        """`at_most`, and 0 for what must not happen unless a scenario says otherwise."""
        zero = (*IMPLIED_ZERO, *(("held_days",) if self.gold else ()))
        implied: dict[Figure, float] = {name: 0.0 for name in zero if name not in self.at_least}
        return implied | dict(self.at_most)


def _contradiction(allowed: str) -> PydanticCustomError:
    """The error for a value that is fine by itself but not beside the others."""
    return PydanticCustomError("contradiction", "allowed is {allowed}", {"allowed": allowed})


def _unless(errors: list[InitErrorDetails], value: Value) -> Value:
    """The value, if there are no errors; they are raised together, each at its own place."""
    if errors:
        raise ValidationError.from_exception_data("Scenario", errors)
    return value
