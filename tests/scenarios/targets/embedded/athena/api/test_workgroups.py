"""Workgroups, their settings, and their tags."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api.workgroups import Workgroups
from tests.scenarios.targets.embedded.athena.api.conftest import OUTPUT, Athena

OWN = "s3://results/own"
ARN = "arn:aws:athena:us-east-1:123456789012:workgroup/"


def test_primary_is_there_and_others_come_and_go(athena: Athena) -> None:
    athena.client.create_work_group(Name="team", Description="ours")
    groups = athena.client.list_work_groups()["WorkGroups"]
    assert [(one["Name"], one["State"], one["Description"]) for one in groups] == [
        ("primary", "ENABLED", ""),
        ("team", "ENABLED", "ours"),
    ]
    athena.client.delete_work_group(WorkGroup="team")
    with pytest.raises(ClientError, match="WorkGroup team is not found"):
        athena.client.get_work_group(WorkGroup="team")
    with pytest.raises(ClientError, match="primary"):
        athena.client.delete_work_group(WorkGroup="primary")


def test_a_name_is_taken_once(athena: Athena) -> None:
    athena.client.create_work_group(Name="team")
    with pytest.raises(ClientError, match="already created"):
        athena.client.create_work_group(Name="team")


def test_a_workgroup_that_enforces_its_settings_says_where_results_go(athena: Athena) -> None:
    configuration = {"ResultConfiguration": {"OutputLocation": OWN}, "EnforceWorkGroupConfiguration": True}
    athena.client.create_work_group(Name="team", Configuration=configuration)
    name = athena.start("SELECT 1", WorkGroup="team")
    location = athena.run("SELECT 1", WorkGroup="team")["ResultConfiguration"]["OutputLocation"]
    assert location.startswith(f"{OWN}/")
    updates = {"EnforceWorkGroupConfiguration": False}
    athena.client.update_work_group(WorkGroup="team", ConfigurationUpdates=updates)
    location = athena.run("SELECT 1", WorkGroup="team")["ResultConfiguration"]["OutputLocation"]
    assert location.startswith(OUTPUT)
    assert athena.client.get_query_execution(QueryExecutionId=name)["QueryExecution"]["WorkGroup"] == "team"


def test_settings_are_changed_one_by_one_and_removed(athena: Athena) -> None:
    configuration = {"ResultConfiguration": {"OutputLocation": OWN}, "BytesScannedCutoffPerQuery": 10_000_000}
    athena.client.create_work_group(Name="team", Configuration=configuration)
    updates = {
        "RemoveBytesScannedCutoffPerQuery": True,
        "PublishCloudWatchMetricsEnabled": True,
        "ResultConfigurationUpdates": {"RemoveOutputLocation": True, "ExpectedBucketOwner": "1" * 12},
    }
    athena.client.update_work_group(WorkGroup="team", ConfigurationUpdates=updates, Description="new")
    group = athena.client.get_work_group(WorkGroup="team")["WorkGroup"]
    assert group["Description"] == "new"
    assert group["Configuration"] == {
        "ResultConfiguration": {"ExpectedBucketOwner": "1" * 12},
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": True,
        "RequesterPaysEnabled": False,
        "EngineVersion": {
            "SelectedEngineVersion": "AUTO",
            "EffectiveEngineVersion": "Athena engine version 3",
        },
    }


def test_a_workgroup_that_is_disabled_takes_no_queries(athena: Athena) -> None:
    athena.client.create_work_group(Name="team")
    athena.client.update_work_group(WorkGroup="team", State="DISABLED")
    with pytest.raises(ClientError, match="WorkGroup team is disabled"):
        athena.start("SELECT 1", WorkGroup="team")


def test_a_workgroup_with_something_in_it_is_deleted_only_with_all_of_it(athena: Athena) -> None:
    athena.client.create_work_group(Name="team")
    kept = {"Name": "n", "Database": "d", "QueryString": "SELECT 1", "WorkGroup": "team"}
    name = athena.client.create_named_query(**kept)["NamedQueryId"]
    with pytest.raises(ClientError, match="not empty"):
        athena.client.delete_work_group(WorkGroup="team")
    athena.client.delete_work_group(WorkGroup="team", RecursiveDeleteOption=True)
    with pytest.raises(ClientError, match="was not found"):
        athena.client.get_named_query(NamedQueryId=name)


def test_tags_are_put_on_and_taken_off(athena: Athena) -> None:
    athena.client.create_work_group(Name="team", Tags=[{"Key": "a", "Value": "1"}])
    athena.client.tag_resource(ResourceARN=f"{ARN}team", Tags=[{"Key": "b", "Value": "2"}])
    athena.client.untag_resource(ResourceARN=f"{ARN}team", TagKeys=["a"])
    assert athena.client.list_tags_for_resource(ResourceARN=f"{ARN}team")["Tags"] == [{"Key": "b", "Value": "2"}]
    with pytest.raises(ClientError, match="WorkGroup none is not found"):
        athena.client.tag_resource(ResourceARN=f"{ARN}none", Tags=[])


@pytest.mark.parametrize(
    "configuration",
    [
        {"ManagedQueryResultsConfiguration": {"Enabled": True}},
        {"EngineVersion": {"SelectedEngineVersion": "PySpark engine version 3"}},
    ],
)
def test_settings_that_would_be_ignored_are_refused(athena: Athena, configuration: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="is not supported here"):
        athena.client.create_work_group(Name="team", Configuration=configuration)


def test_primary_may_have_a_place_for_results_and_a_request_another() -> None:
    primary = Workgroups("s3://results/").find("primary")
    assert primary.results({})["OutputLocation"] == "s3://results/"
    assert primary.results({"OutputLocation": OWN})["OutputLocation"] == OWN


def test_who_has_found_one_does_not_see_half_of_a_change() -> None:
    groups = Workgroups("s3://results/")
    found = groups.find("primary")
    groups.update({"WorkGroup": "primary", "State": "DISABLED", "Description": "closed"})
    assert (found.state, found.description) == ("ENABLED", "")
    assert (groups.find("primary").state, groups.find("primary").description) == ("DISABLED", "closed")
