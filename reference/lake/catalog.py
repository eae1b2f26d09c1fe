"""The Glue catalog without any retry of its own, and the lake's tables in it.

Two silent retries break a lake. pyiceberg repeats a refused commit on the new head, which lets a stale writer in.
botocore repeats an UpdateTable whose reply was lost, is told of a conflict with itself, and pyiceberg then deletes
the manifests of the snapshot that just went live. Both are off here, and `refuse_silent_retries` makes sure of it
before every commit.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import NamespaceAlreadyExistsError, TableAlreadyExistsError

from reference.errors import SilentRetries
from reference.lake.schemas import LAYOUTS
from reference.lake.settings import LakeSettings

if TYPE_CHECKING:
    from pyiceberg.table import Table

NO_RETRIES = Config(retries={"max_attempts": 0, "mode": "standard"}, connect_timeout=5, read_timeout=30)
NUM_RETRIES = "commit.retry.num-retries"

TABLE_PROPERTIES = {
    NUM_RETRIES: "0",
    "format-version": "2",
    "write.parquet.compression-codec": "snappy",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    # Files lie in column=value/ folders, for readers that know no Iceberg.
    "write.object-storage.enabled": "false",
    # Each commit adds a manifest, and whoever looks at the table reads them all: a compaction that falls behind would
    # find its way to a commit ever longer.
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "20",
}


def open_catalog(settings: LakeSettings) -> GlueCatalog:
    """The catalog, by a Glue client that sends each request once."""
    client = boto3.client(config=NO_RETRIES, **settings.client_arguments("glue"))
    properties = {
        "s3.endpoint": settings.s3_url,
        "s3.access-key-id": settings.access_key,
        "s3.secret-access-key": settings.secret_key,
        "s3.region": settings.region,
    }
    return GlueCatalog("keystone", client=client, **{k: v for k, v in properties.items() if v is not None})


def create_lake(catalog: GlueCatalog, settings: LakeSettings) -> None:
    """Make the buckets, databases and tables that do not exist yet."""
    s3 = boto3.client(**settings.client_arguments("s3"))
    for layout in LAYOUTS.values():
        create_bucket(s3, f"{settings.bucket_prefix}-{layout.layer}", settings.region)
        with suppress(NamespaceAlreadyExistsError):
            catalog.create_namespace(layout.layer)
        location = layout.location(settings.bucket_prefix)
        with suppress(TableAlreadyExistsError):
            catalog.create_table(
                layout.identifier,
                schema=layout.iceberg_schema,
                location=location,
                partition_spec=layout.partition_spec,
                properties=TABLE_PROPERTIES | {"write.data.path": location},
            )


def refuse_silent_retries(table: "Table") -> None:
    """Make sure that neither the table's commits nor the catalog's client retry by themselves.

    Raises:
        SilentRetries: one does; the text says which and how to turn it off.
    """
    if table.properties.get(NUM_RETRIES) != "0":
        raise SilentRetries(
            f"table {'.'.join(table.name())} has {NUM_RETRIES}={table.properties.get(NUM_RETRIES, 'unset (4)')}: "
            f"a stale writer's commit would be repeated until it is accepted. Set the table property to 0"
        )
    client: Any = table.catalog.glue  # type: ignore[attr-defined]
    attempts = client.meta.config.retries.get("total_max_attempts")
    if attempts != 1:
        raise SilentRetries(
            f"the Glue client sends a request up to {attempts} times: a commit whose reply is lost would be repeated, "
            "refused, and its live files deleted. Build it with Config(retries={'max_attempts': 0})"
        )


def create_bucket(s3: Any, bucket: str, region: str) -> None:
    """Make a bucket, by a boto3 client of S3; one that is ours already is left as it is."""
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, **where)
