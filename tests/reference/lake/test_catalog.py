"""The lake's tables as they are made, and the retries that are refused."""

import boto3
import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.errors import SilentRetries
from reference.lake.catalog import NUM_RETRIES, create_lake, open_catalog, refuse_silent_retries
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings


@pytest.mark.parametrize("layer", LAYOUTS)
def test_a_table_has_the_columns_ids_and_partitions_of_its_layout(catalog: GlueCatalog, layer: str) -> None:
    layout = LAYOUTS[layer]
    table = catalog.load_table(layout.identifier)
    assert table.schema().as_struct() == layout.iceberg_schema.as_struct()
    assert table.spec().fields == layout.partition_spec.fields
    assert table.location() == f"s3://olist-data-lake-{layer}/{layout.name}"


def test_making_the_lake_twice_changes_nothing(catalog: GlueCatalog, aws: LakeSettings) -> None:
    before = catalog.load_table("silver.orders").metadata_location
    create_lake(catalog, aws)
    assert catalog.load_table("silver.orders").metadata_location == before


def test_the_lakes_own_tables_and_client_do_not_retry(catalog: GlueCatalog) -> None:
    refuse_silent_retries(catalog.load_table("silver.orders"))


@pytest.mark.parametrize("retries", ["4", None])
def test_a_table_whose_commits_are_repeated_is_refused(catalog: GlueCatalog, retries: str | None) -> None:
    table = catalog.load_table("silver.orders")
    with table.transaction() as transaction:
        if retries is None:
            transaction.remove_properties(NUM_RETRIES)
        else:
            transaction.set_properties({NUM_RETRIES: retries})
    with pytest.raises(SilentRetries, match="Set the table property to 0"):
        refuse_silent_retries(catalog.load_table("silver.orders"))


@pytest.mark.usefixtures("catalog")
def test_a_client_that_repeats_requests_is_refused(aws: LakeSettings) -> None:
    retrying = open_catalog(aws)
    retrying.glue = boto3.client(**aws.client_arguments("glue"))
    with pytest.raises(SilentRetries, match="max_attempts"):
        refuse_silent_retries(retrying.load_table("silver.orders"))
