"""What Glue and S3 refuse, or do not answer, ends a statement with clear words, and may go well another time."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError, EndpointConnectionError

from scenarios.targets.embedded.athena.api.failures import Failure
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.lake.failures import cannot_read_metadata
from tests.scenarios.targets.embedded.athena.lakes import TestLake
from tests.scenarios.targets.embedded.athena.serving import Athena, MakeAthena

STATEMENTS = (
    "SELECT * FROM db.flights",
    "INSERT INTO db.flights VALUES (1, 2)",
    "SHOW TABLES IN db",
    "CREATE TABLE db.made AS SELECT 1 AS a",
    "ALTER TABLE db.flights ADD COLUMNS (c int)",
)
FLIGHTS = (
    "CREATE EXTERNAL TABLE flights (a int) PARTITIONED BY (day int) STORED AS PARQUET LOCATION 's3://some-data/f/'"
)


class Body:
    """Of an answer, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


def throttled(request: Any, **_: Any) -> AWSResponse:
    body = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"})
    return AWSResponse(request.url, 400, {}, Body(body.encode()))  # type: ignore[arg-type]


def slow_down(request: Any, **_: Any) -> AWSResponse:
    body = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
    return AWSResponse(request.url, 503, {}, Body(body))  # type: ignore[arg-type]


def denied(request: Any, **_: Any) -> AWSResponse:
    body = json.dumps({"__type": "AccessDeniedException", "message": "not authorized to perform glue:GetTable"})
    return AWSResponse(request.url, 400, {}, Body(body.encode()))  # type: ignore[arg-type]


def unreachable(request: Any, **_: Any) -> AWSResponse:
    raise EndpointConnectionError(endpoint_url=request.url)


@contextmanager
def answered(client: Any, asked: str, by: Callable[..., AWSResponse]) -> Iterator[None]:
    """Requests of a client's, such as `glue.GetTable`, have another answer."""
    client.meta.events.register(f"before-send.{asked}", by)
    try:
        yield
    finally:
        client.meta.events.unregister(f"before-send.{asked}", by)


@pytest.fixture
def athena(lake: TestLake, lake_engine: Engine, make_athena: MakeAthena) -> Athena:
    lake.do(FLIGHTS)
    return make_athena(lake_engine)


def error_of(athena: Athena, statement: str) -> dict[str, Any]:
    status = athena.run(statement)["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"] == status["AthenaError"]["ErrorMessage"]
    error: dict[str, Any] = status["AthenaError"]
    return error


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_whose_table_glue_throttles_may_be_tried_again(
    athena: Athena, lake: TestLake, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with answered(lake.glue, "glue", throttled):
        error = error_of(athena, statement)
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (1, 1401, True)
    assert error["ErrorMessage"].startswith("Query failed due to AWS Glue throttling: ")
    assert error["ErrorMessage"].endswith("Rate exceeded")
    assert capsys.readouterr().err == ""
    assert athena.run(statement)["Status"]["State"] == "SUCCEEDED"


def test_glue_may_throttle_a_query_that_has_begun_to_read(athena: Athena, lake: TestLake) -> None:
    with answered(lake.glue, "glue.GetPartitions", throttled):
        error = error_of(athena, "SELECT * FROM db.flights")
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (1, 1401, True)
    assert "Traceback" not in error["ErrorMessage"]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_without_a_way_to_glue_may_be_tried_again(athena: Athena, lake: TestLake, statement: str) -> None:
    with answered(lake.glue, "glue", unreachable):
        error = error_of(athena, statement)
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (1, 100, True)
    assert "cannot be reached: Could not connect to the endpoint URL" in error["ErrorMessage"]


@pytest.mark.parametrize(("by", "kind"), [(slow_down, 1403), (unreachable, 100)])
def test_a_result_that_s3_does_not_take_now_it_may_take_another_time(
    athena: Athena, by: Callable[..., AWSResponse], kind: int
) -> None:
    with answered(athena.s3, "s3.PutObject", by):
        error = error_of(athena, "SELECT 1")
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (1, kind, True)


def test_whether_an_earlier_result_is_there_s3_may_not_say(athena: Athena) -> None:
    reuse = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True}}}
    athena.run("SELECT 1", **reuse)
    with answered(athena.s3, "s3.HeadObject", slow_down):
        status = athena.run("SELECT 1", **reuse)["Status"]
    assert (status["State"], status["AthenaError"]["Retryable"]) == ("FAILED", True)


def test_results_that_s3_does_not_give_out_now_are_not_gone(athena: Athena) -> None:
    name = athena.run("SELECT 1")["QueryExecutionId"]
    with answered(athena.s3, "s3.GetObject", slow_down), pytest.raises(ClientError, match="reduce your request rate"):
        athena.client.get_query_results(QueryExecutionId=name)
    [cells] = athena.client.get_query_results(QueryExecutionId=name)["ResultSet"]["Rows"][1:]
    assert cells == {"Data": [{"VarCharValue": "1"}]}


@pytest.mark.parametrize("refused", ["s3.CompleteMultipartUpload", "s3.UploadPart"])
def test_a_large_result_that_s3_does_not_take_leaves_no_parts(athena: Athena, refused: str) -> None:
    rows = "CROSS JOIN UNNEST(sequence(1, 1000)) x(a) CROSS JOIN UNNEST(sequence(1, 1000)) y(b)"
    with answered(athena.s3, refused, slow_down):
        error_of(athena, f"SELECT a, b FROM (VALUES 1) one(c) {rows}")
    assert not athena.s3.list_multipart_uploads(Bucket="results").get("Uploads")
    assert not athena.s3.list_objects_v2(Bucket="results").get("Contents")


def test_what_glue_forbids_is_no_use_to_try_again(athena: Athena, lake: TestLake) -> None:
    with answered(lake.glue, "glue.GetTable", denied):
        error = error_of(athena, "SELECT * FROM db.flights")
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == (2, 1500, False)


@pytest.mark.parametrize(("by", "code"), [(throttled, "MetadataException"), (unreachable, "InternalServerException")])
def test_the_catalogs_own_actions_say_what_glue_says(
    athena: Athena, by: Callable[..., AWSResponse], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with answered(athena.glue, "glue.GetTables", by), pytest.raises(ClientError) as refused:
        athena.client.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="db")
    assert refused.value.response["Error"]["Code"] == code
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [(FileNotFoundError("x"), "ICEBERG_INVALID_METADATA"), (OSError("x"), "ICEBERG_FILESYSTEM_ERROR")],
)
def test_metadata_that_is_gone_is_another_thing_than_a_store_that_is(error: OSError, code: str) -> None:
    refusal = cannot_read_metadata("manifests", error)
    assert (refusal.code, Failure(code, "").athena_error["Retryable"]) == (code, code == "ICEBERG_FILESYSTEM_ERROR")
