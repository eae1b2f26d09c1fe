"""Athena's actions: each a function from a request to its answer."""

from collections.abc import Callable, Mapping
from typing import Any

from scenarios.targets.embedded.athena.api.catalogs import Catalogs
from scenarios.targets.embedded.athena.api.described import ENGINE_VERSION, query_execution, runtime_statistics
from scenarios.targets.embedded.athena.api.errors import InvalidRequestException, ResourceNotFoundException
from scenarios.targets.embedded.athena.api.execution import Ended, Execution, Submission
from scenarios.targets.embedded.athena.api.failures import CANCELLED
from scenarios.targets.embedded.athena.api.history import History
from scenarios.targets.embedded.athena.api.kinds import kind_of
from scenarios.targets.embedded.athena.api.named import NamedQueries
from scenarios.targets.embedded.athena.api.pages import MOST_ROWS, result_page
from scenarios.targets.embedded.athena.api.paging import page
from scenarios.targets.embedded.athena.api.prepared import PreparedStatements
from scenarios.targets.embedded.athena.api.runner import Engine, Limits, Runner
from scenarios.targets.embedded.athena.api.submitting import refuse_malformed, submission
from scenarios.targets.embedded.athena.api.tags import Tags
from scenarios.targets.embedded.athena.api.workgroups import PRIMARY, Workgroups
from scenarios.targets.embedded.athena.sql.errors import SqlError

Request = dict[str, Any]
Action = Callable[[Request], Request]
MOST_KEPT = 10_000


class Service:
    """All that Athena knows, for as long as the process lives. Any thread may call it.

    Args:
        s3, glue: boto3 clients.
        ended: is told of each execution that comes to its end.
        results: where those of the workgroup `primary` go that say no other place; None: nowhere.
    """

    def __init__(
        self,
        engine: Engine,
        s3: Any,
        glue: Any,
        limits: Limits,
        ended: Ended,
        most_kept: int = MOST_KEPT,
        results: str | None = None,
    ) -> None:
        self._s3 = s3
        self._history = History(most_kept, limits.active + limits.waiting)
        self._workgroups = Workgroups(results)
        self._named = NamedQueries()
        self._prepared = PreparedStatements()
        self._tags = Tags()
        self._catalogs = Catalogs(glue)
        self._runner = Runner(engine, s3, self._history, self._prepared, limits)
        self._ended = ended
        self.actions: Mapping[str, Action] = {
            **self._of_executions(),
            **self._of_workgroups(),
            **self._of_saved_queries(),
            **self._of_catalogs(),
        }

    def start(self, request: Request, asker: str) -> Request:
        """StartQueryExecution; `asker` is the part of the stack that asks."""
        asked = submission(request, self._workgroups, asker)
        text = self._text(asked)
        refuse_malformed(text)
        execution = Execution(asked, kind_of(text), self._ended)
        known = self._history.add(execution, request.get("ClientRequestToken"))
        if known is execution:
            self._runner.submit(execution)
        return {"QueryExecutionId": known.id}

    def close(self) -> None:
        """Cancel what runs, and wait for its end."""
        self._runner.close()

    def _of_executions(self) -> dict[str, Action]:
        return {
            "StopQueryExecution": self._stop,
            "GetQueryExecution": lambda asked: {"QueryExecution": query_execution(self._execution(asked))},
            "BatchGetQueryExecution": self._batch_get,
            "ListQueryExecutions": self._list,
            "GetQueryResults": self._results,
            "GetQueryRuntimeStatistics": lambda asked: {
                "QueryRuntimeStatistics": runtime_statistics(self._execution(asked))
            },
            "ListEngineVersions": lambda _: {"EngineVersions": [dict(ENGINE_VERSION)]},
        }

    def _of_workgroups(self) -> dict[str, Action]:
        return {
            "CreateWorkGroup": self._create_workgroup,
            "GetWorkGroup": self._workgroups.get,
            "ListWorkGroups": self._workgroups.list_page,
            "UpdateWorkGroup": self._workgroups.update,
            "DeleteWorkGroup": self._delete_workgroup,
            "TagResource": self._tagged(self._tags.add),
            "UntagResource": self._tagged(self._tags.remove),
            "ListTagsForResource": self._tagged(self._tags.list_page),
        }

    def _of_saved_queries(self) -> dict[str, Action]:
        return {
            "CreateNamedQuery": self._in_workgroup(self._named.create),
            "GetNamedQuery": self._named.get,
            "BatchGetNamedQuery": self._named.batch_get,
            "ListNamedQueries": self._in_workgroup(self._named.list_page),
            "UpdateNamedQuery": self._named.update,
            "DeleteNamedQuery": self._named.delete,
            "CreatePreparedStatement": self._in_workgroup(self._prepared.create),
            "GetPreparedStatement": self._in_workgroup(self._prepared.get),
            "BatchGetPreparedStatement": self._in_workgroup(self._prepared.batch_get),
            "ListPreparedStatements": self._in_workgroup(self._prepared.list_page),
            "UpdatePreparedStatement": self._in_workgroup(self._prepared.update),
            "DeletePreparedStatement": self._in_workgroup(self._prepared.delete),
        }

    def _of_catalogs(self) -> dict[str, Action]:
        return {
            "ListDataCatalogs": self._catalogs.list_page,
            "GetDataCatalog": self._catalogs.get,
            "ListDatabases": self._catalogs.list_databases,
            "GetDatabase": self._catalogs.get_database,
            "ListTableMetadata": self._catalogs.list_tables,
            "GetTableMetadata": self._catalogs.get_table,
        }

    def _text(self, asked: Submission) -> str:
        """The statement's; of an EXECUTE that of what was prepared, which decides where its result lies."""
        try:
            text, _ = self._prepared.resolved(asked.workgroup, asked.query, ())
        except SqlError:  # which it will fail with, once it runs
            return asked.query
        return text

    def _execution(self, request: Request) -> Execution:
        return self._history.get(request["QueryExecutionId"])

    def _stop(self, request: Request) -> Request:
        self._execution(request).stop("CANCELLED", CANCELLED)
        return {}

    def _batch_get(self, request: Request) -> Request:
        found, missing = [], []
        for name in request["QueryExecutionIds"]:
            try:
                found.append(query_execution(self._history.get(name)))
            except InvalidRequestException as error:
                code = error.details["AthenaErrorCode"]
                missing.append({"QueryExecutionId": name, "ErrorCode": code, "ErrorMessage": str(error)})
        return {"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing}

    def _list(self, request: Request) -> Request:
        group = self._workgroups.find(request.get("WorkGroup", PRIMARY))
        return page("QueryExecutionIds", self._history.of_workgroup(group.name), request)

    def _results(self, request: Request) -> Request:
        if request.get("QueryResultType", "DATA_ROWS") != "DATA_ROWS":
            raise InvalidRequestException(f"QueryResultType {request['QueryResultType']} is not supported here")
        most = request.get("MaxResults", MOST_ROWS)
        return result_page(self._s3, self._execution(request), request.get("NextToken"), most)

    def _in_workgroup(self, action: Action) -> Action:
        """With `primary` for a workgroup that is not named; one that is must be there."""

        def act(request: Request) -> Request:
            group = self._workgroups.find(request.get("WorkGroup", PRIMARY))
            return action({**request, "WorkGroup": group.name})

        return act

    def _create_workgroup(self, request: Request) -> Request:
        answer = self._workgroups.create(request)
        if request.get("Tags"):
            self._tags.add({"ResourceARN": _arn(request["Name"]), "Tags": request["Tags"]})
        return answer

    def _delete_workgroup(self, request: Request) -> Request:
        name = self._workgroups.find(request["WorkGroup"]).name
        used = self._named.of_workgroup(name) or self._prepared.of_workgroup(name) or self._history.of_workgroup(name)
        if used and not request.get("RecursiveDeleteOption"):
            raise InvalidRequestException(f"WorkGroup {name} is not empty")
        self._workgroups.delete(name)
        self._named.forget_workgroup(name)
        self._prepared.forget_workgroup(name)
        self._tags.forget(_arn(name))
        return {}

    def _tagged(self, action: Action) -> Action:
        """Tags are those of workgroups and catalogs; a workgroup must be there."""

        def act(request: Request) -> Request:
            kind, _, name = request["ResourceARN"].rpartition(":")[2].partition("/")
            if kind not in ("workgroup", "datacatalog"):
                raise ResourceNotFoundException(f"{request['ResourceARN']} is not found", request["ResourceARN"])
            if kind == "datacatalog":
                return action(request)
            return action({**request, "ResourceARN": _arn(self._workgroups.find(name).name)})

        return act


def _arn(workgroup: str) -> str:
    """What tags are kept by; region and account do not tell workgroups apart here."""
    return f"workgroup/{workgroup}"
