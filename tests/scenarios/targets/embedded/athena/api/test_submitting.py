"""What is refused before it begins, and what is not."""

import pytest
from botocore.exceptions import ClientError

from tests.scenarios.targets.embedded.athena.api.conftest import Athena


@pytest.mark.parametrize("statement", ["SELEC 1", "SELECT 1 FROM", "SELECT (1", "-- nothing", ";", "42"])
def test_what_is_no_statement_is_refused(athena: Athena, statement: str) -> None:
    with pytest.raises(ClientError) as refused:
        athena.start(statement)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    assert dict(refused.value.response)["AthenaErrorCode"] == "MALFORMED_QUERY"
    assert athena.client.list_query_executions()["QueryExecutionIds"] == []


@pytest.mark.parametrize("statement", ["SELECT a", "select 1 + 'x'", "(SELECT 1)", "DROP TABLE x", "EXPLAIN SELECT 1"])
def test_what_is_wrong_or_not_supported_begins_and_fails(athena: Athena, statement: str) -> None:
    assert athena.run(statement)["Status"]["State"] in ("FAILED", "SUCCEEDED")


def test_another_catalog_is_not_there(athena: Athena) -> None:
    with pytest.raises(ClientError, match="Data catalog other was not found"):
        athena.start("SELECT 1", QueryExecutionContext={"Catalog": "other"})
