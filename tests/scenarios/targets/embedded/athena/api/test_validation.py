"""Requests that do not keep to their shape, as clients that check nothing send them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.api.validation import read_model, validate
from tests.scenarios.targets.embedded.athena.api.conftest import Athena


@pytest.mark.parametrize(
    ("action", "request_", "said"),
    [
        ("GetQueryExecution", {}, "Value null at 'queryExecutionId' failed to satisfy constraint: Member must not be"),
        ("GetQueryExecution", {"QueryExecutionId": 1}, "Member must be a string"),
        ("StartQueryExecution", {"QueryString": ""}, "Member must have length greater than or equal to 1"),
        ("StartQueryExecution", {"QueryString": "x" * 262_145}, "length less than or equal to 262144"),
        ("GetQueryResults", {"QueryExecutionId": "a", "MaxResults": 1001}, "'maxResults' failed to satisfy constraint"),
        ("CreateWorkGroup", {"Name": "a b"}, "Member must satisfy regular expression pattern"),
        ("UpdateWorkGroup", {"WorkGroup": "a", "State": "ASLEEP"}, "enum value set: [ENABLED, DISABLED]"),
        ("BatchGetQueryExecution", {"QueryExecutionIds": ["a", ""]}, "'queryExecutionIds.2.member'"),
        (
            "CreateWorkGroup",
            {"Name": "a", "Configuration": {"BytesScannedCutoffPerQuery": 1}},
            "'configuration.bytesScannedCutoffPerQuery' failed to satisfy constraint: Member must have value greater",
        ),
        ("StartQueryExecution", {}, "1 validation error detected"),
        ("GetTableMetadata", {}, "3 validation errors detected"),
    ],
)
def test_what_is_wrong_is_said(action: str, request_: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequestException) as refused:
        validate(read_model(), action, request_)
    assert said in str(refused.value)


def test_it_is_athenas_error_for_the_client(athena: Athena) -> None:
    with pytest.raises(ClientError, match="Member must have length") as refused:
        athena.client.start_query_execution(QueryString="", ResultConfiguration={})
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    assert dict(refused.value.response)["AthenaErrorCode"] == "INVALID_INPUT"


def test_what_is_not_supported_says_so(athena: Athena) -> None:
    with pytest.raises(ClientError, match="ListSessions is not supported here"):
        athena.client.list_sessions(WorkGroup="primary")
