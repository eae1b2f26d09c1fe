"""The meter's counts are those of the store's own log, and its bytes those that went over the wire."""

import json
import urllib.request
from collections import Counter
from typing import Any

import boto3
import pytest
from pyarrow.fs import S3FileSystem

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.aws.meter import PATH, Meter

Counts = dict[tuple[str, str], dict[str, Any]]


def counts(aws: LakeSettings) -> Counts:
    with urllib.request.urlopen(f"{aws.endpoint}{PATH}") as answer:  # noqa: S310 - our own server
        rows = json.load(answer)
    assert {row["part"] for row in rows} <= {"test"}
    return {(row["service"], row["kind"]): row for row in rows}


def since(before: Counts, after: Counts, figure: str) -> dict[tuple[str, str], int]:
    """What was added; without what is not signed, which is the tests' own."""
    found = {key: row[figure] - (before[key][figure] if key in before else 0) for key, row in after.items()}
    return {key: value for key, value in found.items() if value and key[0] != "unsigned"}


def logged(s3: Any, bucket: str) -> Counter[str]:
    """Requests by method in S3's own server access log: an object a request, its ninth word the request line."""
    found: Counter[str] = Counter()
    for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        text = s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().decode()
        found[next(word for word in text.split() if word in {"GET", "PUT", "HEAD", "POST", "DELETE"}).lower()] += 1
    return found


@pytest.fixture
def s3(aws: LakeSettings) -> Any:
    client: Any = boto3.client(**aws.client_arguments("s3"))
    for bucket in ("lake", "logs"):
        client.create_bucket(Bucket=bucket)
    group = 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"'
    client.put_bucket_acl(Bucket="logs", GrantWrite=group, GrantReadACP=group)
    client.put_bucket_logging(
        Bucket="lake",
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "", "TargetGrants": []}},
    )
    return client


def use(aws: LakeSettings, s3: Any) -> None:
    """Some of everything."""
    store = S3FileSystem(
        endpoint_override=(aws.endpoint or "").removeprefix("http://"),
        scheme="http",
        access_key=aws.access_key,
        secret_key=aws.secret_key,
    )
    for number in range(5):
        with store.open_output_stream(f"lake/{number}") as file:
            file.write(b"x" * 1000)
    for number in range(3):
        with store.open_input_file(f"lake/{number}") as file:
            file.read()
    with store.open_output_stream("lake/large") as file:
        file.write(b"y" * 11_000_000)
    s3.list_objects_v2(Bucket="lake")
    s3.delete_object(Bucket="lake", Key="0")
    s3.delete_objects(Bucket="lake", Delete={"Objects": [{"Key": "1"}]})


def test_requests_are_those_of_the_stores_own_log(aws: LakeSettings, s3: Any) -> None:
    before = counts(aws)
    use(aws, s3)
    metered = since(before, counts(aws), "requests")
    methods: Counter[str] = Counter()
    for (service, kind), requests in metered.items():
        assert service == "s3"
        methods[kind] += requests
    assert (methods["list"], methods["delete"]) == (1, 2)
    log = logged(s3, "logs")
    # What S3 bills is told from the method and more: a list is a GET, a deletion of several is a POST.
    assert log == Counter(
        get=methods["get"] + methods["list"],
        put=methods["put"],
        head=methods["head"],
        post=methods["post"] + methods["delete"] - 1,
        delete=1,
    )


def test_bytes_are_those_of_the_objects(aws: LakeSettings, s3: Any) -> None:
    before = counts(aws)
    use(aws, s3)
    after = counts(aws)
    assert since(before, after, "bytes_in")["s3", "put"] == 5 * 1000 + 11_000_000
    assert since(before, after, "bytes_out")["s3", "get"] == 3 * 1000


def test_glue_is_counted_by_what_is_asked_for(aws: LakeSettings) -> None:
    before = counts(aws)
    glue: Any = boto3.client(**aws.client_arguments("glue"))
    glue.create_database(DatabaseInput={"Name": "db"})
    for _ in range(3):
        glue.get_database(Name="db")
    assert since(before, counts(aws), "requests") == {("glue", "CreateDatabase"): 1, ("glue", "GetDatabase"): 3}


def test_time_is_that_of_the_answer_and_who_asked_is_told_by_the_port() -> None:
    meter = Meter(lambda _environ, _start: [b"ab", b"c"], {8001: "writer"})
    for port in ("8001", "8002"):
        environ = {"PATH_INFO": "/b/k", "REQUEST_METHOD": "GET", "SERVER_PORT": port, "wsgi.input": None}
        assert b"".join(meter(environ, lambda *_: None)) == b"abc"
    assert [(row["part"], row["requests"], row["bytes_out"]) for row in meter.counts()] == [
        ("writer", 1, 3),
        ("other", 1, 3),
    ]
    assert all(row["busy_s"] > 0 for row in meter.counts())
