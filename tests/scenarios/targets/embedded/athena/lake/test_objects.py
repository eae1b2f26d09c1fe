"""Objects are listed by their folders, and removed."""

import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import BUCKET, TestLake


def test_a_folder_is_not_another_whose_name_begins_alike(lake: TestLake) -> None:
    for key in ("a/1", "a/b/2", "ab/3"):
        lake.put(key, b"x")
    found = list(lake.lake.objects.below(f"s3://{BUCKET}/a"))
    assert [(one.path, one.bytes) for one in found] == [(f"s3://{BUCKET}/a/1", 1), (f"s3://{BUCKET}/a/b/2", 1)]
    assert all(-5 < one.age_s < 60 for one in found)
    lake.lake.objects.remove(f"s3://{BUCKET}/a")
    assert lake.stored() == ["ab/3"]


def test_a_bucket_that_is_not_there_is_an_error_of_the_statement(lake: TestLake) -> None:
    with pytest.raises(SqlError, match="Error listing s3://nowhere/a/"):
        list(lake.lake.objects.below("s3://nowhere/a"))


def test_other_stores_are_refused(lake: TestLake) -> None:
    with pytest.raises(SqlError, match="hdfs://a/b/ is not supported"):
        list(lake.lake.objects.below("hdfs://a/b"))
