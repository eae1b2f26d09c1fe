"""Tools that know nothing of this project agree with it, given only what `keystone status --json` says."""

import json
import shutil
import subprocess
import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import grpc
import pyarrow.dataset as ds
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from pyarrow.fs import S3FileSystem
from pyiceberg.catalog.glue import GlueCatalog

from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration

DEADLINE_S = 60


@pytest.fixture
def status(keystone: Keystone, state_dir: str) -> dict[str, Any]:
    """What the command prints."""
    ran = keystone("status", "--json", "--state-dir", state_dir)
    assert ran.code == 0, ran.err
    found: dict[str, Any] = ran.json
    return found


def send_by_reflection(address: str, payload: str, producer: str) -> Any:
    """Send one event with no stub: the server's reflection service says what there is to call."""
    with grpc.insecure_channel(address) as channel:
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
        method = pool.FindServiceByName("keystone.ingest.v1.IngestionService").methods_by_name["SendEvent"]
        request_class, reply_class = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        call = channel.unary_unary(
            "/keystone.ingest.v1.IngestionService/SendEvent",
            request_serializer=request_class.SerializeToString,
            response_deserializer=reply_class.FromString,
        )
        return call(request_class(payload_json=payload, producer=producer, seq=7), timeout=20)


@pytest.mark.slow
def test_an_event_sent_by_reflection_is_seen_by_kcat_by_pyiceberg_and_by_pyarrow(status: dict[str, Any]) -> None:
    producer, order_id = f"stranger-{uuid4().hex[:8]}", uuid4().hex
    payload = json.dumps({"order_id": order_id, "order_purchase_timestamp": "2018-05-24 10:00:00", "price": 12.34})
    reply = send_by_reflection(status["grpc"], payload, producer)
    assert reply.success
    record = _kcat(status, reply.partition, reply.offset)
    assert record["key"] == order_id
    assert record["payload"].endswith(payload)
    by_pyiceberg = _await_row(status, order_id)
    assert [row["price"] for row in by_pyiceberg] == [Decimal("12.34")]
    assert _silver_by_pyarrow(status, order_id) == by_pyiceberg
    assert_a_day_is_the_same_through_the_catalog_and_in_its_files(status)


def assert_a_day_is_the_same_through_the_catalog_and_in_its_files(status: dict[str, Any]) -> None:
    scan = (
        _catalog(status)
        .load_table("silver.orders")
        .scan(row_filter="year = 2018 and month = 5 and day = 24", selected_fields=("partition", "offset"))
    )
    by_catalog = scan.to_arrow()
    paths = [task.file.file_path.removeprefix("s3://") for task in scan.plan_files()]
    by_files = ds.dataset(paths, filesystem=_s3(status)).to_table(columns=["partition", "offset"])
    order: Any = [("partition", "ascending"), ("offset", "ascending")]
    assert by_files.sort_by(order).equals(by_catalog.sort_by(order).cast(by_files.schema))


def _kcat(status: dict[str, Any], partition: int, offset: int) -> dict[str, Any]:
    kcat = shutil.which("kcat")
    assert kcat is not None, "kcat is missing: apt-get install kcat"
    command = [kcat, "-b", status["kafka"], "-C", "-t", status["topic"], "-p", str(partition), "-o", str(offset)]
    done = subprocess.run([*command, "-c", "1", "-e", "-J"], capture_output=True, check=True, timeout=DEADLINE_S)
    found: dict[str, Any] = json.loads(done.stdout.decode(errors="replace"))
    return found


def _await_row(status: dict[str, Any], order_id: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        scan = (
            _catalog(status)
            .load_table("silver.orders")
            .scan(
                row_filter=f"order_id = '{order_id}' and year = 2018", selected_fields=("order_id", "offset", "price")
            )
        )
        rows = scan.to_arrow().to_pylist()
        if rows:
            return rows
        assert time.monotonic() < deadline, "the row never came to silver"
        time.sleep(0.2)


def _silver_by_pyarrow(status: dict[str, Any], order_id: str) -> list[dict[str, Any]]:
    """From the Parquet files of the day, found by their folder alone."""
    day = ds.dataset("olist-data-lake-silver/orders/year=2018/month=5/day=24", filesystem=_s3(status))
    return day.to_table(columns=["order_id", "offset", "price"], filter=ds.field("order_id") == order_id).to_pylist()


def _s3(status: dict[str, Any]) -> S3FileSystem:
    s3 = status["s3"]
    scheme, _, host = s3["endpoint"].partition("://")
    return S3FileSystem(
        access_key=s3["access_key"],
        secret_key=s3["secret_key"],
        endpoint_override=host,
        scheme=scheme,
        region=s3["region"],
    )


def _catalog(status: dict[str, Any]) -> GlueCatalog:
    s3 = status["s3"]
    properties: dict[str, Any] = {
        "glue.endpoint": status["aws"],
        "glue.region": s3["region"],
        "glue.access-key-id": s3["access_key"],
        "glue.secret-access-key": s3["secret_key"],
        "s3.endpoint": s3["endpoint"],
        "s3.region": s3["region"],
        "s3.access-key-id": s3["access_key"],
        "s3.secret-access-key": s3["secret_key"],
    }
    return GlueCatalog("stranger", **properties)
