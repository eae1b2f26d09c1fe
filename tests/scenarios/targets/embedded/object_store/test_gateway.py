"""The store on disk holds what is put into it, also over its death, and its log counts what it was asked for."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from pyarrow.fs import FileSystem

from reference.lake.files import open_store
from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.aws.keys import AccessKeys
from scenarios.targets.embedded.object_store.access_log import count_requests
from scenarios.targets.embedded.object_store.gateway import access_log, gateway
from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.embedded.stopping import stop_in_order
from tests.scenarios.object_stores import need_gateway

pytestmark = [pytest.mark.integration, pytest.mark.slow]

CLIENT, WRITER, STRANGER = (AccessKeys.of_part(part) for part in ("client", "writer", "stranger"))


class Store:
    """A gateway, and clients of it."""

    def __init__(self, folder: Path) -> None:
        [self._port] = free_ports(1)
        self.folder = folder / "s3"
        self.part: Part = gateway(self.folder, folder / "s3.log", self._port, "us-east-1", CLIENT, [WRITER])

    def client(self, keys: AccessKeys) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self._port}",
            region_name="us-east-1",
            aws_access_key_id=keys.access,
            aws_secret_access_key=keys.secret,
        )

    def files(self, keys: AccessKeys) -> FileSystem:
        where = f"http://127.0.0.1:{self._port}"
        return open_store(LakeSettings(endpoint=where, access_key=keys.access, secret_key=keys.secret))

    def counts(self) -> dict[tuple[str, str], tuple[int, int | None, int | None]]:
        found = count_requests(access_log(self.folder))
        return {(one.part, one.kind): (one.requests, one.bytes_in, one.bytes_out) for one in found}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    need_gateway()
    found = Store(tmp_path)
    found.part.spawn()
    try:
        found.part.wait_ready()
        found.client(CLIENT).create_bucket(Bucket="lake")
        yield found
    finally:
        stop_in_order([found.part])


def test_what_was_put_is_there_again_after_the_store_was_killed(store: Store) -> None:
    store.client(WRITER).put_object(Bucket="lake", Key="a=1/b c.parquet", Body=b"x" * 1000)
    store.part.kill()
    store.part.spawn()
    store.part.wait_ready()
    got = store.client(CLIENT).get_object(Bucket="lake", Key="a=1/b c.parquet")
    assert got["Body"].read() == b"x" * 1000


def test_requests_are_counted_by_who_asked_and_for_what(store: Store) -> None:
    files, client = store.files(WRITER), store.client(WRITER)
    for number in range(5):
        with files.open_output_stream(f"lake/200 x/{number} .* 12 34") as file:
            file.write(b"x" * 1000)
    for number in range(3):
        client.get_object(Bucket="lake", Key=f"200 x/{number} .* 12 34")["Body"].read()
    client.head_object(Bucket="lake", Key="200 x/1 .* 12 34")
    client.list_objects_v2(Bucket="lake")
    client.delete_object(Bucket="lake", Key="200 x/1 .* 12 34")
    client.delete_objects(Bucket="lake", Delete={"Objects": [{"Key": "200 x/0 .* 12 34"}]})
    with pytest.raises(ClientError):
        client.get_object(Bucket="lake", Key="nowhere")
    store.client(CLIENT).list_objects_v2(Bucket="lake")
    counts = store.counts()
    assert counts["writer", "put"] == (5, 5 * 1000, 0)
    assert counts["writer", "get"] == (4, 0, None)
    assert (counts["writer", "head"][0], counts["writer", "delete"][0]) == (1, 2)
    assert counts["writer", "list"][0] == counts["client", "list"][0] == 1
    assert counts["client", "put"] == (1, 0, 0)


def test_how_much_came_in_parts_is_not_known(store: Store) -> None:
    with store.files(WRITER).open_output_stream("lake/large") as file:
        file.write(b"y" * 11_000_000)
    counts = store.counts()
    requests, bytes_in, _ = counts["writer", "put"]
    assert (requests >= 2, bytes_in) == (True, None)
    assert counts["writer", "post"][0] == 2


def test_strangers_are_refused_and_counted_as_nobodys(store: Store) -> None:
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        store.client(STRANGER).list_buckets()
    assert {part for part, _ in store.counts()} == {"client", "other"}


def test_time_is_that_of_the_answers(store: Store) -> None:
    client = store.client(WRITER)
    began_s = time.monotonic()
    for number in range(50):
        client.put_object(Bucket="lake", Key=str(number), Body=b"x" * 100_000)
    took_s = time.monotonic() - began_s
    [put] = [one for one in count_requests(access_log(store.folder)) if (one.part, one.kind) == ("writer", "put")]
    assert 0 <= put.busy_s < took_s


def test_nobody_but_the_owner_reads_the_accounts(store: Store) -> None:
    assert (store.folder / "accounts" / "users.json").stat().st_mode & 0o077 == 0
