"""The embedded catalog never loses an update; moto's own, the control, does."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from reference.lake.settings import LakeSettings

THREADS, INCREMENTS = 2, 15


def client(aws: LakeSettings) -> Any:
    glue: Any = boto3.client(**aws.client_arguments("glue"))
    glue.create_database(DatabaseInput={"Name": "db"})
    glue.create_table(DatabaseName="db", TableInput=counter(0))
    return glue


def counter(value: int) -> dict[str, Any]:
    return {"Name": "t", "Parameters": {"n": str(value)}}


def count_up(glue: Any, barrier: Barrier) -> int:
    """Read, add one, write; return how often the write was taken. Both threads read before either writes."""
    taken = 0
    for _ in range(INCREMENTS):
        table = glue.get_table(DatabaseName="db", Name="t")["Table"]
        barrier.wait()
        try:
            glue.update_table(
                DatabaseName="db", TableInput=counter(int(table["Parameters"]["n"]) + 1), VersionId=table["VersionId"]
            )
            taken += 1
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConcurrentModificationException"  # noqa: PT017 - and else it is taken
        barrier.wait()
    return taken


def two_committers(glue: Any) -> tuple[int, int]:
    """How many updates were taken, and how many are in the table."""
    barrier = Barrier(THREADS)
    with ThreadPoolExecutor(THREADS) as threads:
        taken = sum(threads.map(lambda _: count_up(glue, barrier), range(THREADS)))
    return taken, int(glue.get_table(DatabaseName="db", Name="t")["Table"]["Parameters"]["n"])


def test_two_committers_never_lose_an_update(aws: LakeSettings) -> None:
    taken, counted = two_committers(client(aws))
    assert taken == counted == INCREMENTS


def test_control_moto_alone_loses_updates() -> None:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _host, port = server.get_host_and_port()
        taken, counted = two_committers(client(LakeSettings("p", "us-east-1", f"http://127.0.0.1:{port}", "a", "b")))
    finally:
        server.stop()
    assert taken > counted


def test_an_update_for_an_old_version_is_refused(aws: LakeSettings) -> None:
    glue = client(aws)
    glue.update_table(DatabaseName="db", TableInput=counter(1), VersionId="1")
    with pytest.raises(glue.exceptions.ConcurrentModificationException, match="is at version 2"):
        glue.update_table(DatabaseName="db", TableInput=counter(9), VersionId="1")
    assert glue.get_table(DatabaseName="db", Name="t")["Table"]["Parameters"]["n"] == "1"


def test_an_update_without_a_version_is_taken_as_aws_takes_it(aws: LakeSettings) -> None:
    glue = client(aws)
    glue.update_table(DatabaseName="db", TableInput=counter(7))
    assert glue.get_table(DatabaseName="db", Name="t")["Table"]["Parameters"]["n"] == "7"
