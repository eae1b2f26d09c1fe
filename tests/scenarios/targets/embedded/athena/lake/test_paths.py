"""Addresses of objects are taken apart."""

import pytest

from scenarios.targets.embedded.athena.lake.paths import as_folder, bucket_and_key, in_store
from scenarios.targets.embedded.athena.sql.errors import SqlError


@pytest.mark.parametrize("scheme", ["s3", "s3a", "s3n"])
def test_other_writers_have_other_schemes(scheme: str) -> None:
    assert in_store(f"{scheme}://bucket/a/b") == "bucket/a/b"
    assert bucket_and_key(f"{scheme}://bucket/a/b") == ("bucket", "a/b")


@pytest.mark.parametrize("address", ["file:///x", "bucket/key", "hdfs://x/y", "", "s3://", "s3:///key"])
def test_other_stores_are_refused(address: str) -> None:
    with pytest.raises(SqlError, match="is not supported"):
        in_store(address)


def test_a_folder_ends_with_one_slash() -> None:
    assert as_folder("s3://b/k//") == as_folder("s3://b/k") == "s3://b/k/"
