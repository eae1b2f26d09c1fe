"""From a StartQueryExecution to an execution: defaults, the workgroup's settings, and what else has to be so."""

from typing import Any

from scenarios.targets.embedded.athena.api.catalogs import NAME, refuse_other
from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.api.execution import Submission
from scenarios.targets.embedded.athena.api.kinds import kind_of
from scenarios.targets.embedded.athena.api.workgroups import PRIMARY, Workgroups
from scenarios.targets.embedded.athena.ddl.tokens import tokenize_sql
from scenarios.targets.embedded.athena.lake.paths import as_folder, in_store
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.parsing import parse

DEFAULT_DATABASE = "default"
DEFAULT_AGE_MINUTES = 60
DDL_VERBS = ("CREATE", "DROP", "ALTER", "MSCK", "PREPARE", "EXECUTE", "DEALLOCATE")


def submission(request: dict[str, Any], workgroups: Workgroups, asker: str) -> Submission:
    """What is asked, with the settings that count.

    Raises:
        InvalidRequestException: it cannot be run at all.
    """
    context = request.get("QueryExecutionContext", {})
    catalog = context.get("Catalog", NAME)
    refuse_other(catalog)
    if not tokenize_sql(request["QueryString"]):
        raise InvalidRequestException("Query string is empty", "MALFORMED_QUERY")
    group = workgroups.find(request.get("WorkGroup", PRIMARY))
    results = group.results(request.get("ResultConfiguration", {}))
    return Submission(
        query=request["QueryString"],
        database=context.get("Database", DEFAULT_DATABASE),
        catalog=catalog,
        workgroup=group.name,
        parameters=tuple(request.get("ExecutionParameters", ())),
        output=_folder(results["OutputLocation"]),
        result_configuration=results,
        reuse_minutes=_reuse_minutes(request),
        cutoff_bytes=group.cutoff_bytes,
        asker=asker,
    )


def refuse_malformed(statement: str) -> None:
    """What is no statement at all is never begun; what is a wrong one fails when it runs.

    Raises:
        InvalidRequestException: it cannot be read.
    """
    kind, name, _ = kind_of(statement)
    verb = tokenize_sql(statement)[0]
    if kind == "DDL" and verb.keyword not in DDL_VERBS:
        raise InvalidRequestException(f"line 1:1: mismatched input '{verb.text}'", "MALFORMED_QUERY")
    if name == "SELECT":
        try:
            parse(statement)
        except RecursionError:  # which it will fail with, once it runs
            return
        except SqlError as error:
            if error.code == "SYNTAX_ERROR":
                raise InvalidRequestException(str(error), "MALFORMED_QUERY") from error


def _folder(location: str) -> str:
    try:
        in_store(location)
    except SqlError as error:
        raise InvalidRequestException(f"outputLocation is not a valid S3 path: {location}") from error
    return as_folder(location)


def _reuse_minutes(request: dict[str, Any]) -> int | None:
    by_age = request.get("ResultReuseConfiguration", {}).get("ResultReuseByAgeConfiguration", {})
    if not by_age.get("Enabled"):
        return None
    minutes: int = by_age.get("MaxAgeInMinutes", DEFAULT_AGE_MINUTES)
    return minutes
