"""Statements on Athena: run, waited for, cancelled when the wait ends otherwise, read."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from reference.errors import StatementFailed

Row: TypeAlias = Sequence[str | None]

FIRST_LOOK_S: Final = 0.05
LONGEST_LOOK_S: Final = 2.0
"""How long is waited between two looks at a statement; at first less, and each time more."""

COMMIT_TRIES: Final = 5
_REFUSED: Final = "ICEBERG_COMMIT_ERROR"


@dataclass(frozen=True)
class Execution:
    """A statement that succeeded: its id, and what it read."""

    id: str
    scanned_bytes: int


class Athena:
    """Runs statements one after the other.

    Args:
        client: boto3's, of Athena.
        workgroup: whose settings hold.
        output: a URL for results; None: the workgroup's.
        within_s: how long a statement may take.
        wait: sleeps.
    """

    def __init__(
        self,
        client: Any,
        workgroup: str = "primary",
        output: str | None = None,
        within_s: float = 900.0,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._workgroup = workgroup
        self._output = output
        self._within_s = within_s
        self._wait = wait

    def run(self, statement: str) -> Execution:
        """Run a statement to its end.

        Raises:
            StatementFailed: it failed, was cancelled, or took too long and was stopped.
        """
        asked: dict[str, Any] = {"QueryString": statement, "WorkGroup": self._workgroup}
        if self._output is not None:
            asked["ResultConfiguration"] = {"OutputLocation": self._output}
        name = self._client.start_query_execution(**asked)["QueryExecutionId"]
        try:
            return self._ended(name)
        except BaseException:
            # Nobody waits for it any more. It may have ended: what it did is there, and doing it again changes nothing.
            with suppress(BotoCoreError, ClientError):  # what has happened first is what must be told
                self._client.stop_query_execution(QueryExecutionId=name)
            raise

    def change(self, statement: str) -> Execution:
        """Run a statement that changes a table, and again if somebody else's commit was first.

        Only for statements that come to the same however often they run.

        Raises:
            StatementFailed: see run; or it was refused COMMIT_TRIES times.
        """
        for attempt in range(1, COMMIT_TRIES):
            try:
                return self.run(statement)
            except StatementFailed as failed:
                if _REFUSED not in str(failed):
                    raise
                self._wait(attempt * FIRST_LOOK_S)
        return self.run(statement)

    def rows(self, statement: str) -> list[Row]:
        """The rows of a query, as texts.

        Raises:
            StatementFailed: see run.
        """
        return list(self._rows(self.run(statement)))

    def _ended(self, name: str) -> Execution:
        waited_s, pause_s = 0.0, FIRST_LOOK_S
        while True:
            found = self._client.get_query_execution(QueryExecutionId=name)["QueryExecution"]
            status = found["Status"]
            if status["State"] == "SUCCEEDED":
                return Execution(name, found.get("Statistics", {}).get("DataScannedInBytes", 0))
            if status["State"] in ("FAILED", "CANCELLED"):
                raise StatementFailed(
                    f"{status['State']}: {status.get('StateChangeReason', 'no reason')}; query {name}"
                )
            if waited_s > self._within_s:
                raise StatementFailed(f"stopped: it took longer than {self._within_s:g} s; query {name}")
            self._wait(pause_s)
            waited_s, pause_s = waited_s + pause_s, min(pause_s * 1.5, LONGEST_LOOK_S)

    def _rows(self, execution: Execution) -> Iterator[Row]:
        skipped = 1  # the names of the columns
        for page in self._client.get_paginator("get_query_results").paginate(QueryExecutionId=execution.id):
            for row in page["ResultSet"]["Rows"][skipped:]:
                yield [cell.get("VarCharValue") for cell in row["Data"]]
            skipped = 0
