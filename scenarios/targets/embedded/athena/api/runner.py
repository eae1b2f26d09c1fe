"""Runs executions, so many at a time; the others wait in the queue."""

import sys
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Timer
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from scenarios.targets.embedded.athena.api.columns import column_info
from scenarios.targets.embedded.athena.api.errors import ApiError
from scenarios.targets.embedded.athena.api.execution import Execution, Outcome, Running
from scenarios.targets.embedded.athena.api.failures import ENDING, TIMEOUT, Failure
from scenarios.targets.embedded.athena.api.history import History
from scenarios.targets.embedded.athena.api.metadata_file import metadata_file
from scenarios.targets.embedded.athena.api.prepared import PreparedStatements
from scenarios.targets.embedded.athena.api.results import write_result
from scenarios.targets.embedded.athena.api.storage import exists, put
from scenarios.targets.embedded.athena.api.unload import Unload, parse_unload
from scenarios.targets.embedded.athena.api.unloading import unload
from scenarios.targets.embedded.athena.lake.failures import refused_by_aws
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import BIGINT
from scenarios.targets.embedded.athena.statement import Answer, Request, Usage

UNLOAD_COLUMNS: Final = (("rows", BIGINT),)
WITH_MANIFEST: Final = ("CREATE_TABLE_AS_SELECT", "INSERT")
"""What writes a list of the files that it has written, as an UNLOAD does."""


class Engine(Protocol):
    """What runs a statement."""

    def start(self, request: Request, usage: Usage) -> Running:
        """Make ready to run one."""


@dataclass(frozen=True)
class Limits:
    """Of the service.

    Attributes:
        active: statements that run at the same time.
        waiting: statements that may wait.
        timeout_s: how long one may run.
    """

    active: int = 8
    waiting: int = 200
    timeout_s: float = 1800.0


class Runner:
    """Takes executions to their ends, in threads of its own."""

    def __init__(
        self,
        engine: Engine,
        s3: Any,
        history: History,
        prepared: PreparedStatements,
        limits: Limits,
    ) -> None:
        self._engine = engine
        self._s3 = s3
        self._history = history
        self._prepared = prepared
        self._limits = limits
        self._threads = ThreadPoolExecutor(limits.active, thread_name_prefix="statement")

    def submit(self, execution: Execution) -> None:
        """Have it run as soon as there is room."""
        self._threads.submit(self._run, execution)

    def close(self) -> None:
        """Cancel what runs or waits, and wait for its end."""
        for execution in self._history.all():
            execution.stop("FAILED", ENDING)
        self._threads.shutdown()

    def _run(self, execution: Execution) -> None:
        if not execution.begin():
            return
        watch = Timer(self._limits.timeout_s, execution.stop, ("FAILED", TIMEOUT))
        watch.daemon = True
        watch.start()
        try:
            outcome = self._outcome(execution)
            if execution.name == "SELECT" and not execution.reused:
                # Whoever sees that it has succeeded, and asks the same, finds it.
                self._history.answered(execution)
            execution.succeed(outcome)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends this statement and no other
            # What an engine is in the midst of when it is stopped may fail with an error of its own.
            if execution.is_stopping:
                execution.stopped()
            else:
                execution.fail(_failure(error))
        finally:
            watch.cancel()

    def _outcome(self, execution: Execution) -> Outcome:
        asked = execution.asked
        if self._prepared.carry_out(asked.workgroup, asked.query):
            put(self._s3, execution.location, b"")
            return Outcome(execution.location)
        text, parameters = self._prepared.resolved(asked.workgroup, asked.query, asked.parameters)
        execution.question = asked.question(text, parameters)
        earlier = self._history.reusable(execution)
        if earlier is not None and earlier.outcome is not None and exists(self._s3, earlier.location):
            execution.reused = True
            return earlier.outcome
        wanted = parse_unload(text)
        location = f"{asked.output}tables/{execution.id}/"
        request = Request(wanted.query if wanted else text, asked.database, parameters, location)
        running = self._engine.start(request, execution.usage)
        try:
            execution.attach(running)
            answer = running.answer()
            execution.times.planned = time.monotonic()
            return self._unloaded(execution, wanted, answer) if wanted else self._answered(execution, answer)
        finally:
            execution.detach()
            running.close()

    def _answered(self, execution: Execution, answer: Answer) -> Outcome:
        """Of a query or of lines, a file; of what writes data elsewhere, only how much."""
        size = rows = 0
        if execution.location.endswith((".csv", ".txt")):
            size, rows = write_result(self._s3, execution.location, answer, execution.check)
        else:
            for _ in answer.batches:
                execution.check()
        execution.times.read = time.monotonic()
        columns = self._describe(execution, answer)
        manifest = self._tell(execution, answer.files) if answer.name in WITH_MANIFEST else None
        return Outcome(execution.location, columns, size, rows, answer.updated_rows or 0, manifest)

    def _unloaded(self, execution: Execution, wanted: Unload, answer: Answer) -> Outcome:
        files, rows = unload(self._s3, wanted, execution.id, answer, execution.check)
        execution.times.read = time.monotonic()
        manifest = self._tell(execution, files)
        columns = self._describe(execution, Answer("DML", "UNLOAD", UNLOAD_COLUMNS, iter(())))
        return Outcome(execution.location, columns, updated_rows=rows, manifest=manifest)

    def _tell(self, execution: Execution, files: Sequence[str]) -> str:
        """Write the manifest, the list of files that were written; return its URL."""
        manifest = f"{execution.asked.output}{execution.id}-manifest.csv"
        put(self._s3, manifest, "".join(f"{url}\n" for url in files).encode())
        return manifest

    def _describe(self, execution: Execution, answer: Answer) -> list[dict[str, Any]]:
        """Write the metadata file; what is in it."""
        execution.kind, execution.name = answer.kind, answer.name
        columns = column_info(answer.columns)
        put(self._s3, f"{execution.location}.metadata", metadata_file(columns))
        return columns


def _failure(error: Exception) -> Failure:
    """What the client is told; a mistake of ours is in the log, too."""
    if isinstance(error, SqlError):
        return Failure(error.code, str(error))
    if isinstance(error, ApiError):
        return Failure("SYNTAX_ERROR", str(error))
    if isinstance(error, BotoCoreError | ClientError):
        return _failure(refused_by_aws(error))
    if isinstance(error, RecursionError):
        return Failure("NOT_SUPPORTED", "the statement is nested too deeply")
    traceback.print_exception(error, file=sys.stderr)
    return Failure("GENERIC_INTERNAL_ERROR", f"{type(error).__name__}: {error}")
