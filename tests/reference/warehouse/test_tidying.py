"""What the way to gold leaves behind is put away, and nothing else is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from reference.lake.settings import LakeSettings
from reference.warehouse.tidying import drop_left_views, expire_results
from tests.reference.day_lake import DayLake, order

LATER = datetime.now(UTC) + timedelta(days=31)
OLD = timedelta(days=30)
RESULTS = [f"{uuid4()}{ending}" for ending in (".csv", ".csv.metadata", ".txt", ".metadata", "-manifest.csv", "")]
OTHERS = ["orders.parquet", "2018-05-24.csv", f"{uuid4()}.parquet", f"x{uuid4()}.csv", f"{uuid4()}/part-0", "a-b-c-d-e"]


@pytest.fixture
def s3(aws: LakeSettings) -> Iterator[Any]:
    client: Any = boto3.client(**aws.client_arguments("s3"))
    client.create_bucket(Bucket="bucket")
    yield client
    client.close()


def put(s3: Any, *keys: str) -> None:
    for key in keys:
        s3.put_object(Bucket="bucket", Key=key, Body=b"x")


def left(s3: Any) -> set[str]:
    return {one["Key"] for one in s3.list_objects_v2(Bucket="bucket").get("Contents", ())}


@pytest.mark.parametrize("output", ["s3://bucket/athena", "s3://bucket/athena/"])
def test_old_results_in_the_folder_go_and_all_else_stays(s3: Any, output: str) -> None:
    mine = [f"athena/{name}" for name in RESULTS] + [f"athena/Unsaved/2018/05/24/{name}" for name in RESULTS]
    others = [f"athena/{name}" for name in OTHERS] + [f"athena-archive/{RESULTS[0]}", RESULTS[0]]
    put(s3, *mine, *others)
    assert expire_results(s3, output, OLD, LATER) == len(mine)
    assert left(s3) == set(others)


def test_of_a_whole_bucket_only_results_go(s3: Any) -> None:
    put(s3, *RESULTS, *OTHERS, "silver/orders/data.parquet")
    assert expire_results(s3, "s3://bucket/", OLD, LATER) == len(RESULTS)
    assert left(s3) == {*OTHERS, "silver/orders/data.parquet"}


def test_young_results_stay(s3: Any) -> None:
    put(s3, *RESULTS)
    assert expire_results(s3, "s3://bucket/", OLD, datetime.now(UTC)) == 0
    assert left(s3) == set(RESULTS)


def test_views_of_checks_that_died_go_once_they_are_old_and_no_other_view_or_table(day_lake: DayLake) -> None:
    day_lake.add([order(1)])
    glue: Any = boto3.client(**day_lake.settings.client_arguments("glue"))
    for name in ("check_20180524_20180524_1_aaaaaaaa", "checked", "mine"):
        day_lake.athena.run(f"CREATE VIEW silver.{name} AS SELECT order_id FROM silver.orders")
    day_lake.athena.run(
        "CREATE TABLE silver.check_table WITH (table_type = 'ICEBERG', is_external = false, "
        "location = 's3://olist-data-lake-silver/check_table/') AS SELECT 1 AS one"
    )
    six_hours, now = timedelta(hours=6), datetime.now(UTC)
    assert drop_left_views(day_lake.athena, six_hours, now, glue) == []
    later = now + timedelta(hours=7)
    assert drop_left_views(day_lake.athena, six_hours, later, glue) == ["check_20180524_20180524_1_aaaaaaaa"]
    names = {one["Name"] for one in glue.get_tables(DatabaseName="silver")["TableList"]}
    assert names == {"orders", "checked", "mine", "check_table"}
    glue.close()
