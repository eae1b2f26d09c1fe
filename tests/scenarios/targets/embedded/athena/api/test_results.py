"""Files of results: what is in them, that they are there as a whole or not at all, and what they take of memory."""

import tracemalloc
from itertools import repeat

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api.storage import PART_BYTES
from scenarios.targets.embedded.athena.sql.types import VARCHAR
from scenarios.targets.embedded.athena.statement import Answer
from tests.scenarios.targets.embedded.athena.api.conftest import OUTPUT, Athena, MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import ScriptedEngine, ScriptedStatement, numbers
from tests.scenarios.targets.embedded.athena.api.waiting import reached

BATCHES = 128
ROWS, TEXT = 1_000, "x" * 1_000
"""Of a batch, nearly 1 MB."""


def test_the_result_is_a_file_of_quoted_values_and_nothing_for_null(athena: Athena) -> None:
    execution = athena.run('SELECT 1 AS a, \'say "x"\' AS "b""c", NULL AS d, \'\' AS e')
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert location == f"{OUTPUT}{execution['QueryExecutionId']}.csv"
    assert athena.object(location) == b'"a","b""c","d","e"\n"1","say ""x""",,""\n'
    assert athena.rows("SELECT NULL AS a") == [["a"], [None]]


def test_a_large_result_comes_in_parts_and_is_not_held(make_athena: MakeAthena) -> None:
    def play(_: ScriptedStatement) -> Answer:
        batch = pa.RecordBatch.from_arrays([pa.array([TEXT] * ROWS)], names=["c0"])
        return Answer("DML", "SELECT", [("text", VARCHAR)], repeat(batch, BATCHES))

    athena = make_athena(ScriptedEngine({"SELECT text": play}))
    tracemalloc.start()
    athena.run("SELECT text")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * PART_BYTES
    content = athena.object(athena.ended[0].location)
    assert len(content) > 15 * PART_BYTES
    assert content.split(b"\n") == [b'"text"', *[f'"{TEXT}"'.encode()] * (ROWS * BATCHES), b""]


def test_a_query_that_is_cancelled_on_the_way_leaves_no_file_and_no_parts(make_athena: MakeAthena) -> None:
    athena = make_athena(ScriptedEngine({"SELECT n": numbers(10**9, 10_000)}))
    name = athena.start("SELECT n")
    while not athena.s3.list_multipart_uploads(Bucket="results").get("Uploads"):
        reached(athena.client, name, "RUNNING", "QUEUED")
    athena.client.stop_query_execution(QueryExecutionId=name)
    reached(athena.client, name, "CANCELLED")
    assert not athena.s3.list_objects_v2(Bucket="results").get("Contents")
    assert not athena.s3.list_multipart_uploads(Bucket="results").get("Uploads")


def test_a_bucket_that_is_not_there_fails_the_query(athena: Athena) -> None:
    status = athena.run("SELECT 1", ResultConfiguration={"OutputLocation": "s3://nowhere/"})["Status"]
    assert "Unable to verify/create output bucket nowhere" in status["StateChangeReason"]
    assert status["AthenaError"]["ErrorType"] == 401


@pytest.mark.parametrize(
    ("location", "said"), [(None, "No output location provided"), ("http://x/", "not a valid S3 path")]
)
def test_without_a_place_for_its_result_no_query_is_begun(athena: Athena, location: str | None, said: str) -> None:
    given = {"OutputLocation": location} if location else {}
    with pytest.raises(ClientError, match=said) as refused:
        athena.start("SELECT 1", ResultConfiguration=given)
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"
