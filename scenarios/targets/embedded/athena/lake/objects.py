"""Objects in S3 by their folders."""

import email.utils
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.lake.paths import as_folder, bucket_and_key
from scenarios.targets.embedded.athena.sql.errors import SqlError

DELETES_AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class StoredObject:
    """An object.

    Attributes:
        path: its address.
        etag: another one once it has been written anew.
        modified: when it was written.
        age_s: since then, by the store's own clock.
    """

    path: str
    bytes: int
    etag: str
    modified: datetime
    age_s: float


class Objects:
    """Lists and removes.

    Attributes:
        client: boto3's, of S3.
    """

    def __init__(self, client: Any) -> None:
        self.client = client

    def below(self, location: str) -> Iterator[StoredObject]:
        """All objects in a folder and in those within it, by name.

        Raises:
            SqlError: HIVE_FILESYSTEM_ERROR, its bucket cannot be listed.
        """
        bucket, key = bucket_and_key(as_folder(location))
        for page in self._pages(bucket, key):
            now = email.utils.parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"])
            for found in page.get("Contents", ()):
                written = found["LastModified"]
                path = f"s3://{bucket}/{found['Key']}"
                yield StoredObject(path, found["Size"], found["ETag"], written, (now - written).total_seconds())

    def _pages(self, bucket: str, key: str) -> Iterator[dict[str, Any]]:
        try:
            yield from self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
        except ClientError as error:
            raise SqlError("HIVE_FILESYSTEM_ERROR", f"Error listing s3://{bucket}/{key}: {error}") from error

    def remove(self, location: str) -> None:
        """All objects in a folder."""
        self.delete([found.path for found in self.below(location)])

    def delete(self, paths: Sequence[str]) -> None:
        """Some objects, of one bucket.

        Raises:
            SqlError: S3 refuses.
        """
        for first in range(0, len(paths), DELETES_AT_ONCE):
            named = [bucket_and_key(path) for path in paths[first : first + DELETES_AT_ONCE]]
            answer = self.client.delete_objects(
                Bucket=named[0][0], Delete={"Objects": [{"Key": key} for _, key in named], "Quiet": True}
            )
            if failed := answer.get("Errors"):
                raise SqlError("HIVE_FILESYSTEM_ERROR", f"{len(failed)} objects were not removed, first: {failed[0]}")
