"""From a StartQueryExecution to an execution: defaults, the workgroup's settings, and what else has to be so."""

from typing import Any

from scenarios.targets.embedded.athena.api.catalogs import NAME, refuse_other
from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.api.execution import Submission
from scenarios.targets.embedded.athena.api.kinds import kind_of
from scenarios.targets.embedded.athena.api.storage import split_url
from scenarios.targets.embedded.athena.api.words import words
from scenarios.targets.embedded.athena.api.workgroups import PRIMARY, Workgroups
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
    if not words(request["QueryString"]):
        raise InvalidRequestException("Query string is empty", "MALFORMED_QUERY")
    group = workgroups.find(request.get("WorkGroup", PRIMARY))
    results = group.results(request.get("ResultConfiguration", {}))
    split_url(results["OutputLocation"])
    return Submission(
        query=request["QueryString"],
        database=context.get("Database", DEFAULT_DATABASE),
        catalog=catalog,
        workgroup=group.name,
        parameters=tuple(request.get("ExecutionParameters", ())),
        output=results["OutputLocation"].rstrip("/") + "/",
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
    verb = words(statement)[0]
    if kind == "DDL" and str(verb) not in DDL_VERBS:
        raise InvalidRequestException(f"line 1:1: mismatched input '{verb.text}'", "MALFORMED_QUERY")
    if name == "SELECT":
        try:
            parse(statement)
        except SqlError as error:
            if error.code == "SYNTAX_ERROR":
                raise InvalidRequestException(str(error), "MALFORMED_QUERY") from error


def _reuse_minutes(request: dict[str, Any]) -> int | None:
    by_age = request.get("ResultReuseConfiguration", {}).get("ResultReuseByAgeConfiguration", {})
    if not by_age.get("Enabled"):
        return None
    minutes: int = by_age.get("MaxAgeInMinutes", DEFAULT_AGE_MINUTES)
    return minutes
