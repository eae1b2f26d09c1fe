"""What only reaches Athena from clients that are none of AWS's: bodies that are too short, too long or no request."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any

import pytest

from scenarios.targets.embedded.athena.api.bodies import MOST_BYTES
from scenarios.targets.embedded.athena.server import QuietHandler
from tests.scenarios.targets.embedded.athena.api.conftest import Athena
from tests.scenarios.targets.embedded.athena.api.posting import WITHIN_S, address_of, post

SHORT_S = 0.5


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server waits shorter than it would, which is not for ever either."""
    assert QuietHandler.timeout <= 60
    monkeypatch.setattr(QuietHandler, "timeout", SHORT_S)


@contextmanager
def sending(athena: Athena, headers: str, action: str = "ListWorkGroups") -> Iterator[socket.socket]:
    """A connection over which a request's headers were sent."""
    with socket.create_connection(address_of(athena), WITHIN_S) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nX-Amz-Target: AmazonAthena.{action}\r\n{headers}\r\n\r\n".encode())
        yield connection


def answer(connection: socket.socket) -> tuple[int, Any]:
    """What it gets."""
    with HTTPResponse(connection, method="POST") as response:
        response.begin()
        return response.status, json.load(response)


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "+2", "9" * 5000])
def test_a_length_that_is_none_is_refused_at_once(athena: Athena, length: str) -> None:
    with sending(athena, f"Content-Length: {length}") as connection:
        connection.sendall(b"{}")
        status, said = answer(connection)
    assert (status, said["__type"]) == (400, "InvalidRequestException")
    assert "Content-Length is no number of bytes" in said["Message"]


@pytest.mark.usefixtures("impatient")
def test_a_body_that_does_not_come_is_not_waited_for_for_ever(athena: Athena) -> None:
    with sending(athena, "Content-Length: 1000") as connection:
        connection.sendall(b"{}")
        status, said = answer(connection)
    assert (status, said["__type"]) == (400, "InvalidRequestException")
    assert "ends before its Content-Length" in said["Message"]


def test_a_body_that_ends_early_is_refused_at_once(athena: Athena) -> None:
    with sending(athena, "Content-Length: 1000") as connection:
        connection.sendall(b"{}")
        connection.shutdown(socket.SHUT_WR)
        status, said = answer(connection)
    assert (status, said["__type"]) == (400, "InvalidRequestException")
    assert "ends before its Content-Length" in said["Message"]


@pytest.mark.usefixtures("impatient")
def test_a_client_that_sends_no_request_is_not_waited_for_for_ever(athena: Athena) -> None:
    with socket.create_connection(address_of(athena), WITHIN_S) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n")
        assert connection.recv(1) == b""


def test_a_body_that_is_too_long_is_refused_before_it_is_sent(athena: Athena) -> None:
    with sending(athena, f"Content-Length: {MOST_BYTES + 1}") as connection:
        status, said = answer(connection)
    assert (status, said["__type"]) == (400, "InvalidRequestException")
    assert said["Message"] == f"a request has at most {MOST_BYTES} bytes"


def test_a_body_in_chunks_may_be_as_long_and_no_longer(athena: Athena) -> None:
    for padding, expected in ((0, 200), (MOST_BYTES, 400)):
        body = b"{" + b" " * padding + b"}"
        with sending(athena, "Transfer-Encoding: chunked") as connection:
            connection.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
            assert answer(connection)[0] == expected


def test_the_longest_statement_fits_in_however_it_is_written(athena: Athena) -> None:
    statement = "SELECT '" + "\U0001f600" * (2**18 - 9) + "'"
    request = {"QueryString": statement, "ResultConfiguration": {"OutputLocation": "s3://results/"}}
    status, said = post(athena, "StartQueryExecution", request)
    assert (status, list(said)) == (200, ["QueryExecutionId"])


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"QueryString":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001], ids=["lists", "members"]
)
def test_a_request_that_is_nested_too_deeply_is_refused(athena: Athena, body: bytes) -> None:
    status, said = post(athena, "StartQueryExecution", body)
    assert (status, said["__type"]) == (400, "InvalidRequestException")
    assert said["Message"] == "the request is nested too deeply"
