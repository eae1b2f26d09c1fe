"""What is to be run: a scenario, perhaps with a part of the pipeline replaced by a broken one, under an id."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chaos.catalogue import AnyFault
from scenarios.controls.catalogue import Control
from scenarios.model.scenario import Scenario
from scenarios.runner.gold_settings import check_gold
from scenarios.runner.load import arrivals_of, check_events
from scenarios.runner.senders import ALONE, Senders
from scenarios.targets.interface import PipelineSettings, Target


@dataclass(frozen=True)
class Plan:
    """One run to be.

    Attributes:
        id: names the run, and is its events' producer.
        orders_now: local time without a zone, as orders have it: when shifted orders are purchased.
    """

    id: str
    scenario: Scenario
    control: Control | None
    orders_now: datetime
    senders: Senders = ALONE

    def sent_by(self, senders: Senders) -> "Plan":
        """The same, sent by others: Locust's users send each event in a call of its own."""
        call = "unary" if senders.engine == "locust" else self.scenario.call
        return replace(self, senders=senders, scenario=self.scenario.model_copy(update={"call": call}))

    @property
    def faults(self) -> tuple[AnyFault, ...]:
        """The scenario's own; if it has none, those without which the control does no harm."""
        return self.scenario.faults or (self.control.faults if self.control else ())

    def faults_on(self, target: Target) -> tuple[AnyFault, ...]:
        """Those that the target can be broken with: all or none."""
        return self.faults if "break" in target.abilities else ()

    def skipped_on(self, target: Target) -> dict[str, str]:
        """What of the plan a target of its abilities leaves out."""
        found = {}
        if "break" not in target.abilities:
            found["processes"] = "its parts cannot be watched: no CPU, memory, restarts or deaths"
            if self.faults:
                found["faults"] = f"its parts cannot be broken: {len(self.faults)} left out"
        if "configure" not in target.abilities:
            found["pipeline"] = "its writers, flush_seconds and flush_rows are its own, not the plan's"
        if "meter" not in target.abilities:
            found["meters"] = "it counts no requests: there is no price"
        return found

    @property
    def out_of_reach(self) -> str | None:
        """What is promised that no pipeline could keep, since less is planned."""
        events, least = self.scenario.planned_events, self.scenario.at_least.get("acked_per_s", 0.0)
        if events / self.scenario.duration_s >= least:
            return None
        # As the figure counts: over the time until the last of them is due.
        planned = events / (arrivals_of(self.scenario).span_s(events) or self.scenario.duration_s)
        if planned >= least:
            return None
        return f"at_least.acked_per_s is {least:g}, but only {planned:g} events a second are planned"

    @property
    def pipeline(self) -> PipelineSettings:
        """How the pipeline's processes are to run."""
        scenario, control = self.scenario, self.control
        return PipelineSettings(
            writers=max(scenario.writers, control.writers if control else 1),
            flush_seconds=scenario.flush_seconds,
            flush_rows=scenario.flush_rows,
            writer_program=control.writer_program if control else (),
            ingest_program=control.ingest_program if control else (),
        )


def plan_run(scenario: Scenario, control: Control | None = None) -> Plan:
    """A run of the scenario, to be begun now, its events read once.

    Raises:
        LoadgenError: the events cannot be read.
        TargetError, WrongUse: it is to go to gold, and cannot: see check_gold.
    """
    if scenario.gold:
        check_gold(scenario)
    now = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - orders carry local times
    check_events(scenario, now)
    return Plan(new_run_id(scenario.name, datetime.now(UTC)), scenario, control, now)


def new_run_id(scenario: str, now: datetime) -> str:
    """Names a run by its scenario and its start, to the millisecond."""
    return f"{scenario}-{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"
