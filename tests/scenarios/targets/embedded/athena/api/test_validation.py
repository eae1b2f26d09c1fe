"""Requests that do not keep to their shape, as clients that check nothing send them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.api.validation import read_model, validate
from tests.scenarios.targets.embedded.athena.api.conftest import OUTPUT, Athena
from tests.scenarios.targets.embedded.athena.api.posting import post


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


def taken(athena: Athena, action: str, request: dict[str, Any]) -> Any:
    """The answer to a request that is not refused."""
    status, answer = post(athena, action, request)
    assert status == 200, answer
    return answer


@pytest.mark.parametrize(
    "more",
    [
        {"QueryExecutionContext": None},
        {"QueryExecutionContext": {"Catalog": None, "Database": None}},
        {"WorkGroup": None, "ClientRequestToken": None, "ExecutionParameters": None},
        {"ResultReuseConfiguration": None},
        {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": None}},
    ],
)
def test_a_null_is_as_if_it_were_not_there(athena: Athena, more: dict[str, Any]) -> None:
    request = {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": OUTPUT}} | more
    execution = athena.ended_as(taken(athena, "StartQueryExecution", request)["QueryExecutionId"])
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    assert execution["WorkGroup"] == "primary"
    assert execution["QueryExecutionContext"] == {"Catalog": "AwsDataCatalog", "Database": "default"}


def test_nulls_leave_settings_as_they_are(athena: Athena) -> None:
    taken(athena, "CreateWorkGroup", {"Name": "plain", "Configuration": None})
    taken(athena, "UpdateWorkGroup", {"WorkGroup": "plain", "ConfigurationUpdates": None, "Description": None})
    updates = {"ResultConfigurationUpdates": None, "EnforceWorkGroupConfiguration": None}
    taken(athena, "UpdateWorkGroup", {"WorkGroup": "plain", "ConfigurationUpdates": updates})
    athena.client.create_work_group(Name="same")
    plain, same = (athena.client.get_work_group(WorkGroup=name)["WorkGroup"] for name in ("plain", "same"))
    assert (plain["Configuration"], plain["Description"]) == (same["Configuration"], same["Description"])


def test_nulls_ask_for_the_first_page_of_the_usual_size(athena: Athena) -> None:
    nulls = {"NextToken": None, "MaxResults": None}
    assert len(taken(athena, "ListWorkGroups", nulls)["WorkGroups"]) == 1
    name = athena.run("SELECT 1")["QueryExecutionId"]
    assert len(taken(athena, "GetQueryResults", {"QueryExecutionId": name, **nulls})["ResultSet"]["Rows"]) == 2


def test_a_workgroup_that_was_made_with_nulls_takes_statements(athena: Athena) -> None:
    nulls = {"EnforceWorkGroupConfiguration": None, "ResultConfiguration": None, "BytesScannedCutoffPerQuery": None}
    taken(athena, "CreateWorkGroup", {"Name": "nulls", "Configuration": nulls})
    request = {"QueryString": "SELECT 1", "WorkGroup": "nulls", "ResultConfiguration": None}
    status, said = post(athena, "StartQueryExecution", request)
    assert (status, said["Message"][:27]) == (400, "No output location provided")
    athena.client.update_work_group(
        WorkGroup="nulls", ConfigurationUpdates={"ResultConfigurationUpdates": {"OutputLocation": OUTPUT}}
    )
    assert athena.run("SELECT 1", WorkGroup="nulls")["Status"]["State"] == "SUCCEEDED"


def test_what_counts_of_a_request_has_no_nulls_and_nothing_unknown() -> None:
    location = {"OutputLocation": OUTPUT, "ExpectedBucketOwner": None}
    asked = {"QueryString": "x", "Other": 1, "ResultConfiguration": location, "ExecutionParameters": ["a"]}
    assert validate(read_model(), "StartQueryExecution", asked) == {
        "QueryString": "x",
        "ResultConfiguration": {"OutputLocation": OUTPUT},
        "ExecutionParameters": ["a"],
    }


def test_a_null_in_a_list_is_refused() -> None:
    with pytest.raises(InvalidRequestException, match=r"'executionParameters\.1\.member' .* must be a string"):
        validate(read_model(), "StartQueryExecution", {"QueryString": "x", "ExecutionParameters": [None]})


def test_it_is_athenas_error_for_the_client(athena: Athena) -> None:
    with pytest.raises(ClientError, match="Member must have length") as refused:
        athena.client.start_query_execution(QueryString="", ResultConfiguration={})
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
    assert dict(refused.value.response)["AthenaErrorCode"] == "INVALID_INPUT"


def test_what_is_not_supported_says_so(athena: Athena) -> None:
    with pytest.raises(ClientError, match="ListSessions is not supported here"):
        athena.client.list_sessions(WorkGroup="primary")
