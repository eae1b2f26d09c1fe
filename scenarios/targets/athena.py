"""Athena as a client of a target sees it: statements are started, watched, stopped and read through its API."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from reports.record import MeteredQuery
from scenarios.targets.errors import TargetError, WrongUse, one_line
from scenarios.targets.interface import Endpoints

BATCH: Final = 50
"""As many executions are asked for at once as Athena answers."""

_UNANSWERED: Final = ("ServiceUnavailableException", "InternalServerException", "ThrottlingException")


class StatementFailed(Exception):
    """It failed, was cancelled, or is none and was not begun; in Athena's words."""


@dataclass(frozen=True)
class Execution:
    """One execution of a statement at one moment, as GetQueryExecution gives it."""

    given: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its name."""
        return str(self.given["QueryExecutionId"])

    @property
    def statement(self) -> str:
        """Its text."""
        return str(self.given["Query"])

    @property
    def state(self) -> str:
        """QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED."""
        return str(self.given["Status"]["State"])

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return self.state not in ("QUEUED", "RUNNING")

    @property
    def reason(self) -> str:
        """Why it is in its state, in Athena's words."""
        return str(self.given["Status"].get("StateChangeReason", ""))

    @property
    def submitted_at(self) -> datetime:
        """When it was asked for."""
        when: datetime = self.given["Status"]["SubmissionDateTime"]
        return when

    @property
    def seconds(self) -> float:
        """How long it has taken so far, or did; what it waited is in it."""
        return float(self._statistics.get("TotalExecutionTimeInMillis", 0)) / 1000

    @property
    def scanned_bytes(self) -> int:
        """What it has read so far, or did."""
        return int(self._statistics.get("DataScannedInBytes", 0))

    @property
    def metered(self) -> MeteredQuery:
        """As it is priced, once it is over."""
        reuse = self._statistics.get("ResultReuseInformation", {})
        return MeteredQuery.model_validate(
            {
                "part": "client",
                "statement": self.given.get("SubstatementType", ""),
                "kind": self.given["StatementType"],
                "state": self.state,
                "reused": bool(reuse.get("ReusedPreviousResult")),
                "scanned_bytes": self.scanned_bytes,
                "engine_ms": self._statistics.get("EngineExecutionTimeInMillis", 0),
            }
        )

    @property
    def _statistics(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.given.get("Statistics", {})
        return found


@dataclass(frozen=True)
class Page:
    """Some rows of a result, as texts; `columns` are names and types, `updated_rows` how many the statement wrote."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str | None]]
    updated_rows: int


class Athena:
    """A target's Athena.

    Every method raises TargetError if it does not answer, WrongUse if what is named is not there.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        self._client: Any = boto3.client(
            "athena",
            endpoint_url=endpoints.aws,
            region_name=endpoints.s3.region,
            aws_access_key_id=endpoints.s3.access_key,
            aws_secret_access_key=endpoints.s3.secret_key,
        )

    def start(self, statement: str, database: str | None, workgroup: str | None, output: str | None) -> str:
        """Begin an execution; return its id.

        Args:
            output: a URL for the result; None: the workgroup's.

        Raises:
            StatementFailed: it is no statement.
        """
        asked: dict[str, Any] = {"QueryString": statement}
        if database is not None:
            asked["QueryExecutionContext"] = {"Database": database}
        if workgroup is not None:
            asked["WorkGroup"] = workgroup
        if output is not None:
            asked["ResultConfiguration"] = {"OutputLocation": output}
        with _errors():
            return str(self._client.start_query_execution(**asked)["QueryExecutionId"])

    def execution(self, name: str) -> Execution:
        """How far one is."""
        with _errors():
            return Execution(self._client.get_query_execution(QueryExecutionId=name)["QueryExecution"])

    def stop(self, name: str) -> None:
        """Cancel one; nothing happens to one that is over."""
        with _errors():
            self._client.stop_query_execution(QueryExecutionId=name)

    def pages(self, execution: Execution) -> Iterator[Page]:
        """The result of one that succeeded, read while it is taken; at least one page."""
        # The rows of a query, and only those, begin with the columns' names.
        named = execution.given["StatementType"] == "DML"
        with _errors():
            for answer in self._client.get_paginator("get_query_results").paginate(QueryExecutionId=execution.id):
                yield _page(answer, 1 if named else 0)
                named = False

    def row_count(self, execution: Execution) -> int | None:
        """How many rows the result has; None where Athena does not say."""
        with _errors():
            found = self._client.get_query_runtime_statistics(QueryExecutionId=execution.id)
        count: int | None = found["QueryRuntimeStatistics"].get("Rows", {}).get("OutputRows")
        return count

    def history(self, workgroup: str | None, most: int) -> Iterator[Execution]:
        """Executions of a workgroup, the newest first."""
        asked = {} if workgroup is None else {"WorkGroup": workgroup}
        with _errors():
            pages = self._client.get_paginator("list_query_executions").paginate(**asked)
            ids = islice((name for page in pages for name in page["QueryExecutionIds"]), most)
            while batch := list(islice(ids, BATCH)):
                found = self._client.batch_get_query_execution(QueryExecutionIds=batch)["QueryExecutions"]
                yield from sorted(map(Execution, found), key=lambda one: batch.index(one.id))


def _page(answer: Mapping[str, Any], skipped: int) -> Page:
    result = answer["ResultSet"]
    columns = [(column["Name"], column["Type"]) for column in result["ResultSetMetadata"]["ColumnInfo"]]
    rows = [[cell.get("VarCharValue") for cell in row["Data"]] for row in result["Rows"][skipped:]]
    return Page(columns, rows, answer.get("UpdateCount", 0))


@contextmanager
def _errors() -> Iterator[None]:
    """Errors of AWS's libraries as ours."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        text = str(said.get("Message", error))
        if error.response.get("AthenaErrorCode") == "MALFORMED_QUERY":
            raise StatementFailed(text) from error
        if said.get("Code") in _UNANSWERED:
            raise TargetError(f"Athena does not answer: {text}") from error
        raise WrongUse(f"Athena refuses: {text}") from error
    except BotoCoreError as error:
        raise TargetError(f"Athena does not answer: {one_line(error)}") from error
