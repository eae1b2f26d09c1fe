"""The executions there were, and which of them another may be."""

import time
from collections import OrderedDict
from threading import Lock

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException, TooManyRequestsException
from scenarios.targets.embedded.athena.api.execution import Execution, Submission


class History:
    """The newest executions, in memory. Any thread may call it.

    Args:
        most: how many are kept; beyond that the oldest that are over are forgotten.
        most_open: how many may run or wait.
    """

    def __init__(self, most: int, most_open: int) -> None:
        self._most = most
        self._most_open = most_open
        self._executions: OrderedDict[str, Execution] = OrderedDict()
        self._by_token: dict[str, tuple[Submission | None, str]] = {}
        self._by_question: dict[tuple[object, ...], str] = {}
        self._lock = Lock()

    def add(self, execution: Execution, token: str | None) -> Execution:
        """Keep a new one; or find the one that the same request with the same token has begun before.

        Raises:
            InvalidRequestException: the token was another request's.
            TooManyRequestsException: too many wait already.
        """
        with self._lock:
            asked, known = self._by_token.get(token or "", (None, ""))
            if known in self._executions:
                if asked != execution.asked:
                    raise InvalidRequestException("Idempotent parameters do not match", "INVALID_INPUT")
                return self._executions[known]
            if sum(not one.is_over for one in self._executions.values()) >= self._most_open:
                raise TooManyRequestsException(
                    "You have exceeded the limit for the number of queries you can run concurrently. "
                    "Please reduce the number of concurrent queries submitted by this account."
                )
            if token:
                self._by_token[token] = execution.asked, execution.id
            self._executions[execution.id] = execution
            self._forget()
            return execution

    def get(self, name: str) -> Execution:
        """One by its id.

        Raises:
            InvalidRequestException: it is not known.
        """
        with self._lock:
            found = self._executions.get(name)
        if found is None:
            raise InvalidRequestException(f"QueryExecution {name} was not found", "INVALID_QUERY_EXECUTION_ID")
        return found

    def of_workgroup(self, workgroup: str) -> list[str]:
        """Ids, the newest first."""
        with self._lock:
            return [one.id for one in reversed(self._executions.values()) if one.asked.workgroup == workgroup]

    def answered(self, execution: Execution) -> None:
        """Its result may be taken for the same question."""
        with self._lock:
            if execution.question is not None:
                self._by_question[execution.question] = execution.id

    def reusable(self, execution: Execution) -> Execution | None:
        """The execution of the same question whose result is not too old."""
        minutes = execution.asked.reuse_minutes
        if minutes is None:
            return None
        with self._lock:
            found = self._executions.get(self._by_question.get(execution.question or (), ""))
        if found is None or found.completed_at is None or time.time() - found.completed_at > minutes * 60:
            return None
        return found

    def all(self) -> list[Execution]:
        """Every one that is kept."""
        with self._lock:
            return list(self._executions.values())

    def _forget(self) -> None:
        beyond = len(self._executions) - self._most
        if beyond <= 0:
            return
        for name in [one.id for one in self._executions.values() if one.is_over][:beyond]:
            del self._executions[name]
        self._by_token = {t: (asked, name) for t, (asked, name) in self._by_token.items() if name in self._executions}
        self._by_question = {q: name for q, name in self._by_question.items() if name in self._executions}
