"""Databases and tables as Athena shows them: those that Glue has."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from reference.lake.settings import LakeSettings
from tests.scenarios.targets.embedded.athena.api.conftest import Athena

CATALOG = {"CatalogName": "AwsDataCatalog"}
COLUMNS = [{"Name": "id", "Type": "bigint", "Comment": "its number"}, {"Name": "text", "Type": "string"}]


@pytest.fixture
def glue(aws: LakeSettings) -> Iterator[Any]:
    """Two databases, one with two tables."""
    client: Any = boto3.client(**aws.client_arguments("glue"))
    for name in ("shop", "empty"):
        client.create_database(DatabaseInput={"Name": name, "Description": f"the {name}"})
    for name in ("orders", "order_items"):
        table = {
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet"},
            "StorageDescriptor": {"Columns": COLUMNS, "Location": "s3://lake/x/"},
            "PartitionKeys": [{"Name": "day", "Type": "date"}],
        }
        client.create_table(DatabaseName="shop", TableInput=table)
    yield client
    client.close()


@pytest.mark.usefixtures("glue")
def test_databases_are_glues(athena: Athena) -> None:
    pages = athena.client.get_paginator("list_databases").paginate(**CATALOG, PaginationConfig={"PageSize": 1})
    assert [one["Name"] for page in pages for one in page["DatabaseList"]] == ["shop", "empty"]
    found = athena.client.get_database(**CATALOG, DatabaseName="shop")["Database"]
    assert (found["Name"], found["Description"]) == ("shop", "the shop")


@pytest.mark.usefixtures("glue")
def test_tables_have_their_columns_partitions_and_parameters(athena: Athena) -> None:
    found = athena.client.get_table_metadata(**CATALOG, DatabaseName="shop", TableName="orders")["TableMetadata"]
    assert (found["Name"], found["TableType"], found["Columns"]) == ("orders", "EXTERNAL_TABLE", COLUMNS)
    assert found["PartitionKeys"] == [{"Name": "day", "Type": "date"}]
    assert found["Parameters"] == {"classification": "parquet", "location": "s3://lake/x/"}
    assert found["CreateTime"]


@pytest.mark.usefixtures("glue")
def test_tables_are_listed_by_an_expression(athena: Athena) -> None:
    listed = athena.client.list_table_metadata(**CATALOG, DatabaseName="shop", Expression="^order_")
    assert [one["Name"] for one in listed["TableMetadataList"]] == ["order_items"]


@pytest.mark.usefixtures("glue")
def test_what_glue_does_not_have_is_said_with_glues_words(athena: Athena) -> None:
    with pytest.raises(
        ClientError, match=r"none not found\. \(Service: AmazonDataCatalog; .*Error Code: Entity"
    ) as refused:
        athena.client.get_table_metadata(**CATALOG, DatabaseName="shop", TableName="none")
    assert refused.value.response["Error"]["Code"] == "MetadataException"


def test_there_is_one_catalog(athena: Athena) -> None:
    listed = athena.client.list_data_catalogs()["DataCatalogsSummary"]
    assert [(one["CatalogName"], one["Type"]) for one in listed] == [("AwsDataCatalog", "GLUE")]
    assert athena.client.get_data_catalog(Name="awsdatacatalog")["DataCatalog"]["Type"] == "GLUE"
    with pytest.raises(ClientError, match="Data catalog other was not found"):
        athena.client.get_data_catalog(Name="other")
