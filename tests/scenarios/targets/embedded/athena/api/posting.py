"""Requests put over HTTP alone: boto3 would not send everything that one can be."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.scenarios.targets.embedded.athena.serving import Athena

WITHIN_S = 10.0
"""Less than a server waits for a client, unless a test has it wait shorter."""


def address_of(athena: Athena) -> tuple[str, int]:
    """Where it listens."""
    parts = urlsplit(athena.client.meta.endpoint_url)
    return str(parts.hostname), int(parts.port or 0)


def post(athena: Athena, action: str, request: bytes | dict[str, Any]) -> tuple[int, Any]:
    """Status and answer."""
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    connection = HTTPConnection(*address_of(athena), timeout=WITHIN_S)
    try:
        connection.request("POST", "/", body, {"X-Amz-Target": f"AmazonAthena.{action}"})
        with connection.getresponse() as response:
            return response.status, json.load(response)
    finally:
        connection.close()
