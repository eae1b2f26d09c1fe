"""An execution as the API shows it, and as the meter counts it."""

import time
from collections.abc import Mapping
from typing import Any, Final

from reports.record import MeteredQuery
from scenarios.targets.embedded.athena.api.execution import End, Execution

ENGINE_VERSION: Final[Mapping[str, str]] = {
    "SelectedEngineVersion": "AUTO",
    "EffectiveEngineVersion": "Athena engine version 3",
}


def query_execution(execution: Execution) -> dict[str, Any]:
    """As GetQueryExecution gives it."""
    asked = execution.asked
    shown = {
        "QueryExecutionId": execution.id,
        "Query": asked.query,
        "StatementType": execution.kind,
        "SubstatementType": execution.name,
        "ManagedQueryResultsConfiguration": {"Enabled": False},
        "ResultConfiguration": {**asked.result_configuration, "OutputLocation": execution.location},
        "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": _reuse(asked.reuse_minutes)},
        "QueryExecutionContext": {"Database": asked.database, "Catalog": asked.catalog},
        "Status": _status(execution),
        "Statistics": _statistics(execution),
        "WorkGroup": asked.workgroup,
        "EngineVersion": ENGINE_VERSION,
    }
    if asked.parameters:
        shown["ExecutionParameters"] = list(asked.parameters)
    return shown


def runtime_statistics(execution: Execution) -> dict[str, Any]:
    """As GetQueryRuntimeStatistics gives them; rows read are not counted here."""
    outcome = execution.outcome
    written = {"OutputBytes": outcome.size, "OutputRows": outcome.rows} if outcome else {}
    return {
        "Timeline": execution.times.milliseconds(time.monotonic()),
        "Rows": {"InputBytes": execution.usage.scanned_bytes, **written},
    }


def metered(execution: Execution, state: End) -> MeteredQuery:
    """As a run's meter has it."""
    return MeteredQuery(
        part=execution.asked.asker,
        statement=execution.name,
        kind=execution.kind,
        state=state,
        reused=execution.reused,
        scanned_bytes=execution.usage.scanned_bytes,
        engine_ms=execution.times.milliseconds(time.monotonic())["EngineExecutionTimeInMillis"],
    )


def _reuse(minutes: int | None) -> dict[str, Any]:
    return {"Enabled": False} if minutes is None else {"Enabled": True, "MaxAgeInMinutes": minutes}


def _status(execution: Execution) -> dict[str, Any]:
    status: dict[str, Any] = {"State": execution.state, "SubmissionDateTime": execution.submitted_at}
    if execution.completed_at is not None:
        status["CompletionDateTime"] = execution.completed_at
    if execution.reason is not None:
        status["StateChangeReason"] = execution.reason
    if execution.failure is not None:
        status["AthenaError"] = execution.failure.athena_error
    return status


def _statistics(execution: Execution) -> dict[str, Any]:
    statistics = {
        **execution.times.milliseconds(time.monotonic()),
        "DataScannedInBytes": execution.usage.scanned_bytes,
        "ResultReuseInformation": {"ReusedPreviousResult": execution.reused},
    }
    if execution.outcome is not None and execution.outcome.manifest is not None:
        statistics["DataManifestLocation"] = execution.outcome.manifest
    return statistics
