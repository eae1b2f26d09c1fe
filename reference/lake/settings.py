"""Where the lake is: bucket names, region, and the endpoint and keys of an AWS that is not Amazon's own."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from reference.errors import WrongSetting


@dataclass(frozen=True)
class LakeSettings:
    """How to reach the lake. With `endpoint` and keys None, AWS's own endpoints and credential chain are used.

    Attributes:
        bucket_prefix: buckets are `<prefix>-bronze`, `-silver`, `-quarantine`, `-gold`.
        region: AWS region.
        endpoint: base URL of S3, Glue and the rest, for an emulation.
        s3_endpoint: base URL of S3, where that is not at `endpoint`.
    """

    bucket_prefix: str = "olist-data-lake"
    region: str = "us-east-1"
    endpoint: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    s3_endpoint: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "LakeSettings":
        """Read AWS's own variables and KEYSTONE_BUCKET_PREFIX.

        Raises:
            WrongSetting: an endpoint is no URL.
        """
        return cls(
            bucket_prefix=environment.get("KEYSTONE_BUCKET_PREFIX", cls.bucket_prefix),
            region=environment.get("AWS_REGION", cls.region),
            endpoint=_url(environment, "AWS_ENDPOINT_URL"),
            access_key=environment.get("AWS_ACCESS_KEY_ID"),
            secret_key=environment.get("AWS_SECRET_ACCESS_KEY"),
            s3_endpoint=_url(environment, "AWS_ENDPOINT_URL_S3"),
        )

    @property
    def s3_url(self) -> str | None:
        """Base URL of S3; None for AWS's own."""
        return self.s3_endpoint or self.endpoint

    def client_arguments(self, service: str) -> dict[str, Any]:
        """The arguments of a boto3 client, its service among them."""
        return {
            "service_name": service,
            "region_name": self.region,
            "endpoint_url": self.s3_url if service == "s3" else self.endpoint,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
        }


def _url(environment: Mapping[str, str], name: str) -> str | None:
    """A base URL; None where there is none. Unchecked, each library that is given it has another error for it."""
    value = environment.get(name)
    if not value:
        return None
    try:
        parts = urlsplit(value)
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise WrongSetting(f"{name} is {value!r}; allowed is a base URL such as http://127.0.0.1:4566, or none")
    return value
