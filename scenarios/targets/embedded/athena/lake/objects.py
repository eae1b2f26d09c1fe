"""Objects in S3 by their folders."""

import email.utils
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scenarios.targets.embedded.athena.lake.paths import as_folder, bucket_and_key
from scenarios.targets.embedded.athena.sql.errors import SqlError

DELETES_AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class StoredObject:
    """An object.

    Attributes:
        path: its address.
        etag: another one once it has been written anew.
        age_s: since it was written, by the store's own clock.
    """

    path: str
    bytes: int
    etag: str
    age_s: float


class Objects:
    """Lists and removes.

    Args:
        client: boto3's, of S3.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def below(self, location: str) -> Iterator[StoredObject]:
        """All objects in a folder and in those within it, by name."""
        bucket, key = bucket_and_key(as_folder(location))
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
            now = email.utils.parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"])
            for found in page.get("Contents", ()):
                age_s = (now - found["LastModified"]).total_seconds()
                yield StoredObject(f"s3://{bucket}/{found['Key']}", found["Size"], found["ETag"], age_s)

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
            answer = self._client.delete_objects(
                Bucket=named[0][0], Delete={"Objects": [{"Key": key} for _, key in named], "Quiet": True}
            )
            if failed := answer.get("Errors"):
                raise SqlError("HIVE_FILESYSTEM_ERROR", f"{len(failed)} objects were not removed, first: {failed[0]}")
