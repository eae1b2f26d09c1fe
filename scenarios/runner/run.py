"""One run of a scenario: warm up, mark the start, load and break, drain, read back, judge.

pipeline configured ─► warm-up ─► start marks ─► phases ∥ faults ∥ samples ─► drain ─► read back ─► record ─► verdicts
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from chaos.catalogue import AnyFault
from reports.cost import cost
from reports.price_book import read_price_book
from reports.record import QueryCost, RunRecord
from scenarios.audit.marks import Marks
from scenarios.runner.fault_journal import FaultJournal
from scenarios.runner.load import warm_up
from scenarios.runner.plan import Plan
from scenarios.runner.preflight import preflight
from scenarios.runner.query_costs import QueryCosts
from scenarios.runner.read_back import read_back
from scenarios.runner.record_making import Context, describe_versions, make_record
from scenarios.runner.topic_watch import TopicWatch
from scenarios.runner.watched_load import watched_load
from scenarios.targets.errors import TargetError, WrongUse
from scenarios.targets.interface import PartStatus, Target
from scenarios.verdicts.judge import judge


def run_scenario(
    plan: Plan, target: Target, journal: FaultJournal, folder: Path, show: Callable[[str], None]
) -> RunRecord:
    """Run a plan on a target; write its record and the files beside it into `folder`.

    Args:
        journal: of the stack's faults, claimed by the caller.
        show: told what is going on, some times a second.

    Raises:
        TargetError: the target does not answer, died, or cannot do what the plan asks.
        LoadgenError: the events cannot be read, or nobody answers.
        KeyboardInterrupt: Ctrl-C; whatever was broken is whole again.
    """
    started_at = datetime.now(UTC)
    if "alone" not in target.abilities:
        preflight(target.status().endpoints)
    with _configured(plan, target, journal, show):
        status = target.status()
        _refuse_missing(plan.faults_on(target), status.parts)
        endpoints = status.endpoints
        warm = warm_up(plan.scenario, endpoints, plan.id, lambda sent: show(f"warm-up: acked {sent.ok:,}"))
        watch = TopicWatch(endpoints)
        marks = Marks(watch.topic_id(), watch.ends())
        watched = watched_load(plan, target, journal, folder, show)
        show("audit: reading the lake back")
        marks = replace(marks, ends=watched.end_marks)
        found = read_back(plan, endpoints, marks, watched, marks.ends or watch.ends(), folder, show)
        query_costs, skipped_costs = _query_costs(plan, target, show)
    warm_up_acked = warm.ok if warm else 0
    skipped = plan.skipped_on(target) | skipped_costs
    if found.journal is None:
        skipped["journal"] = "Postgres did not answer: no freshness, no takeovers, nothing of the writers' own times"
    if watched.gold is not None and watched.gold.unsent:
        skipped["alerts"] = watched.gold.unsent
    context = Context(
        plan, target.name, status.object_store, skipped, describe_versions(), started_at, marks, warm_up_acked
    )
    record = make_record(context, watched, found)
    priced = {"cost": cost(record, read_price_book()), "query_costs": tuple(query_costs)}
    record = judge(record.model_copy(update=priced))
    found.write(folder, watched)
    (folder / "run.json").write_text(record.to_json())
    return record


def _query_costs(plan: Plan, target: Target, show: Callable[[str], None]) -> tuple[list[QueryCost], dict[str, str]]:
    """What questions cost, if the plan asks for it; and why that cannot be said, or not of every layout, which is no
    reason to lose the run."""
    found: list[QueryCost] = []
    try:
        if plan.scenario.query_costs:
            found.extend(QueryCosts(target, plan.id, read_price_book()).measure(show))
    except (TargetError, WrongUse) as error:
        return found, {"query_costs": str(error)}
    return found, {}


def _refuse_missing(faults: Sequence[AnyFault], parts: Sequence[PartStatus]) -> None:
    """Better found out before the load than at the fault."""
    there = [part.name for part in parts]
    for fault in faults:
        if fault.part not in there:
            hint = "; s3 is one with --object-store versitygw" if fault.part == "s3" else ""
            raise TargetError(f"no part {fault.part!r} to be broken; parts of this target: {', '.join(there)}{hint}")


@contextmanager
def _configured(plan: Plan, target: Target, journal: FaultJournal, show: Callable[[str], None]) -> Iterator[None]:
    """The pipeline as the plan wants it, if the target can; afterwards as it was."""
    if "configure" not in target.abilities:
        yield
        return
    writers = plan.pipeline.writers
    show(f"setup: {writers} writer{'s' * (writers > 1)}")
    journal.add_pipeline()
    try:
        target.configure(plan.pipeline)
        yield
    except BaseException:  # raised again below
        # What went wrong first is what must be told. A pipeline that cannot be restored stays in the journal, for the
        # next command to restore.
        with suppress(TargetError):
            _restore(target, journal)
        raise
    _restore(target, journal)


def _restore(target: Target, journal: FaultJournal) -> None:
    target.configure(None)
    journal.remove_pipeline()
