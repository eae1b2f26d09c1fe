"""Prepared statements: kept by workgroup and name, made and used through the API or by SQL."""

import time
from dataclasses import dataclass
from threading import Lock
from typing import Any

from scenarios.targets.embedded.athena.api.brackets import parts
from scenarios.targets.embedded.athena.api.errors import InvalidRequestException, ResourceNotFoundException
from scenarios.targets.embedded.athena.api.paging import page
from scenarios.targets.embedded.athena.ddl.tokens import tokenize_sql
from scenarios.targets.embedded.athena.sql.errors import SqlError

Request = dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """One."""

    name: str
    statement: str
    workgroup: str
    description: str | None
    modified_at: float

    @property
    def shown(self) -> dict[str, Any]:
        """As the API gives it."""
        description = {} if self.description is None else {"Description": self.description}
        return {
            "StatementName": self.name,
            "QueryStatement": self.statement,
            "WorkGroupName": self.workgroup,
            "LastModifiedTime": self.modified_at,
            **description,
        }


class PreparedStatements:
    """All of them. Any thread may call it."""

    def __init__(self) -> None:
        self._prepared: dict[tuple[str, str], Prepared] = {}
        self._lock = Lock()

    def create(self, request: Request) -> Request:
        """CreatePreparedStatement."""
        key = request["WorkGroup"], request["StatementName"]
        with self._lock:
            if key in self._prepared:
                raise InvalidRequestException(
                    f"The specified prepared statement already exists: {key[1]}", "DUPLICATE_PREPARED_STATEMENT"
                )
            self._keep(*key, request["QueryStatement"], request.get("Description"))
        return {}

    def update(self, request: Request) -> Request:
        """UpdatePreparedStatement."""
        with self._lock:
            known = self._find(request["WorkGroup"], request["StatementName"])
            description = request.get("Description", known.description)
            self._keep(known.workgroup, known.name, request["QueryStatement"], description)
        return {}

    def get(self, request: Request) -> Request:
        """GetPreparedStatement."""
        with self._lock:
            return {"PreparedStatement": self._find(request["WorkGroup"], request["StatementName"]).shown}

    def batch_get(self, request: Request) -> Request:
        """BatchGetPreparedStatement."""
        found, missing = [], []
        for name in request["PreparedStatementNames"]:
            try:
                found.append(self.get({"WorkGroup": request["WorkGroup"], "StatementName": name})["PreparedStatement"])
            except ResourceNotFoundException as error:
                missing.append({"StatementName": name, "ErrorCode": "NOT_FOUND", "ErrorMessage": str(error)})
        return {"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}

    def list_page(self, request: Request) -> Request:
        """ListPreparedStatements."""
        shown = [
            {"StatementName": one.name, "LastModifiedTime": one.modified_at}
            for one in self.of_workgroup(request["WorkGroup"])
        ]
        return page("PreparedStatements", shown, request)

    def delete(self, request: Request) -> Request:
        """DeletePreparedStatement."""
        with self._lock:
            known = self._find(request["WorkGroup"], request["StatementName"])
            del self._prepared[known.workgroup, known.name]
        return {}

    def of_workgroup(self, workgroup: str) -> list[Prepared]:
        """Those of one workgroup."""
        with self._lock:
            return [one for one in self._prepared.values() if one.workgroup == workgroup]

    def forget_workgroup(self, workgroup: str) -> None:
        """Delete those of one workgroup."""
        with self._lock:
            self._prepared = {key: one for key, one in self._prepared.items() if one.workgroup != workgroup}

    def carry_out(self, workgroup: str, statement: str) -> bool:
        """PREPARE name FROM statement, or DEALLOCATE PREPARE name; False if the statement is neither.

        Raises:
            SqlError: it is wrong, or there is none of that name.
        """
        found = tokenize_sql(statement)
        said = [token.keyword for token in found[:3]]
        if said[:1] == ["PREPARE"]:
            if len(found) < 4 or said[2] != "FROM":
                raise SqlError("SYNTAX_ERROR", "PREPARE is written: PREPARE name FROM statement")
            with self._lock:
                self._keep(workgroup, found[1].value, statement[found[3].start : found[-1].end], None)
            return True
        if said[:1] == ["DEALLOCATE"]:
            if len(found) != 3 or said[1] != "PREPARE":
                raise SqlError("SYNTAX_ERROR", "DEALLOCATE is written: DEALLOCATE PREPARE name")
            with self._lock:
                del self._prepared[workgroup, self._known(workgroup, found[2].value).name]
            return True
        return False

    def resolved(self, workgroup: str, statement: str, parameters: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """The statement that is to be run and its parameters: of EXECUTE name [USING value, ...] the prepared one.

        Raises:
            SqlError: it is wrong, or there is none of that name.
        """
        found = tokenize_sql(statement)
        if not found or found[0].keyword != "EXECUTE":
            return statement, parameters
        if len(found) < 2 or (len(found) > 2 and found[2].keyword != "USING"):
            raise SqlError("SYNTAX_ERROR", "EXECUTE is written: EXECUTE name [USING value, ...]")
        with self._lock:
            known = self._known(workgroup, found[1].value)
        return known.statement, (*parts(statement, found[3:]), *parameters)

    def _keep(self, workgroup: str, name: str, statement: str, description: str | None) -> None:
        self._prepared[workgroup, name] = Prepared(name, statement, workgroup, description, time.time())

    def _find(self, workgroup: str, name: str) -> Prepared:
        found = self._prepared.get((workgroup, name))
        if found is None:
            raise ResourceNotFoundException(f"PreparedStatement {name} was not found in workGroup {workgroup}", name)
        return found

    def _known(self, workgroup: str, name: str) -> Prepared:
        found = self._prepared.get((workgroup, name))
        if found is None:
            raise SqlError("NOT_FOUND", f"PreparedStatement {name} was not found in workGroup {workgroup}")
        return found
