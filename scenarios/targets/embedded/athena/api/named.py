"""Named queries: texts that people keep; nothing here runs them."""

import uuid
from threading import Lock
from typing import Any

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.api.paging import page

Request = dict[str, Any]
_FIELDS = ("Name", "Description", "Database", "QueryString")


class NamedQueries:
    """All of them. Any thread may call it."""

    def __init__(self) -> None:
        self._queries: dict[str, dict[str, Any]] = {}
        self._by_token: dict[str, tuple[Request, str]] = {}
        self._lock = Lock()

    def create(self, request: Request) -> Request:
        """CreateNamedQuery; the same request with the same token is the same query, for as long as it is there."""
        token = request.get("ClientRequestToken", "")
        with self._lock:
            asked, known = self._by_token.get(token, ({}, ""))
            if known in self._queries:
                if asked != request:
                    raise InvalidRequestException("Idempotent parameters do not match")
                return {"NamedQueryId": known}
            name = str(uuid.uuid4())
            shown = {field: request[field] for field in _FIELDS if field in request}
            self._queries[name] = {**shown, "NamedQueryId": name, "WorkGroup": request["WorkGroup"]}
            if token:
                self._by_token[token] = request, name
        return {"NamedQueryId": name}

    def get(self, request: Request) -> Request:
        """GetNamedQuery."""
        with self._lock:
            return {"NamedQuery": self._find(request["NamedQueryId"])}

    def batch_get(self, request: Request) -> Request:
        """BatchGetNamedQuery."""
        with self._lock:
            found = [self._queries[name] for name in request["NamedQueryIds"] if name in self._queries]
            missing = [
                {"NamedQueryId": name, "ErrorCode": "INVALID_INPUT", "ErrorMessage": _missing(name)}
                for name in request["NamedQueryIds"]
                if name not in self._queries
            ]
        return {"NamedQueries": found, "UnprocessedNamedQueryIds": missing}

    def list_page(self, request: Request) -> Request:
        """ListNamedQueries."""
        return page("NamedQueryIds", self.of_workgroup(request["WorkGroup"]), request)

    def update(self, request: Request) -> Request:
        """UpdateNamedQuery."""
        with self._lock:
            known = self._find(request["NamedQueryId"])
            changed = {field: request[field] for field in _FIELDS if field in request}
            self._queries[request["NamedQueryId"]] = known | changed
        return {}

    def delete(self, request: Request) -> Request:
        """DeleteNamedQuery."""
        with self._lock:
            self._find(request["NamedQueryId"])
            self._keep({name: one for name, one in self._queries.items() if name != request["NamedQueryId"]})
        return {}

    def of_workgroup(self, workgroup: str) -> list[str]:
        """Ids of those of one workgroup."""
        with self._lock:
            return [name for name, one in self._queries.items() if one["WorkGroup"] == workgroup]

    def forget_workgroup(self, workgroup: str) -> None:
        """Delete those of one workgroup."""
        with self._lock:
            self._keep({name: one for name, one in self._queries.items() if one["WorkGroup"] != workgroup})

    def _keep(self, queries: dict[str, dict[str, Any]]) -> None:
        """Only these, and the tokens they were made with."""
        self._queries = queries
        self._by_token = {t: (asked, name) for t, (asked, name) in self._by_token.items() if name in queries}

    def _find(self, name: str) -> dict[str, Any]:
        if name not in self._queries:
            raise InvalidRequestException(_missing(name))
        return self._queries[name]


def _missing(name: str) -> str:
    return f"NamedQuery {name} was not found"
