"""S3 as a client of a stack sees it, and whether the store on disk can be had here."""

from typing import Any

import boto3
import pytest

from scenarios.targets.embedded.object_store.gateway import find_gateway
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Endpoints


def s3_client(endpoints: Endpoints) -> Any:
    """With the client's own keys."""
    s3 = endpoints.s3
    return boto3.client(
        "s3",
        endpoint_url=s3.endpoint,
        region_name=s3.region,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
    )


def need_gateway() -> None:
    """Skip the test where the gateway is not built."""
    try:
        find_gateway()
    except TargetError as error:
        pytest.skip(str(error))
