"""What a control adds to a scenario."""

from datetime import UTC, datetime
from typing import Any

from chaos.kill import Kill
from scenarios.controls.catalogue import Control
from scenarios.model.library import load
from scenarios.runner.plan import Plan, new_run_id

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000)  # noqa: DTZ001 - orders carry local times
FREEZE_ELSEWHERE = Kill(at_s=4, for_s=1, part="ingest")


def plan(scenario: str, control: Control | None = None, **changes: Any) -> Plan:
    return Plan("id", load(scenario).model_copy(update=changes), control, NOW)


def a_control(**values: Any) -> Control:
    return Control(name="c", story="Broken.", category="lost", **values)


def test_a_control_brings_the_faults_without_which_it_does_no_harm() -> None:
    assert plan("quickstart", a_control(faults=(FREEZE_ELSEWHERE,))).faults == (FREEZE_ELSEWHERE,)


def test_a_scenario_with_faults_of_its_own_keeps_to_those() -> None:
    scenario = load("writer-killed")
    assert plan("writer-killed", a_control(faults=(FREEZE_ELSEWHERE,))).faults == scenario.faults


def test_the_pipeline_runs_as_scenario_and_control_say() -> None:
    control = a_control(writer_program=("broken",), writers=2)
    settings = plan("quickstart", control, flush_seconds=3.0, flush_rows=7).pipeline
    assert (settings.writers, settings.flush_seconds, settings.flush_rows) == (2, 3.0, 7)
    assert (settings.writer_program, settings.ingest_program) == (("broken",), ())


def test_without_a_control_the_programs_are_the_pipelines_own() -> None:
    assert plan("writer-frozen").pipeline.writers == 2
    assert plan("writer-frozen").pipeline.writer_program == ()


def test_a_run_is_named_by_its_scenario_and_start() -> None:
    assert new_run_id("spike", NOW.replace(tzinfo=UTC)) == "spike-20260102-030405-678"
