"""What is asked of Athena at AWS's address is answered by Athena's own process, which is told who asks."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from scenarios.targets.embedded.athena.api.bodies import MOST_BYTES
from scenarios.targets.embedded.aws import athena as handing_on
from scenarios.targets.embedded.aws.athena import WithAthena
from scenarios.targets.embedded.aws.meter import Meter
from scenarios.targets.embedded.aws.server import QuietHandler
from scenarios.targets.embedded.ports import free_ports


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; with an error of Athena's if the body says so."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = {name: self.headers[name] for name in ("X-Amz-Target", "X-Keystone-Part")} | {"body": body.decode()}
        answer = json.dumps(said).encode()
        self.send_response(400 if body == b"wrong" else 200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def moto(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [])
    return [b'"moto"']


@contextmanager
def serving(application: Meter) -> Iterator[int]:
    """The port at which it answers, as AWS's process does."""
    [port] = free_ports(1)
    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=QuietHandler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked(athena: int, target: str, body: str, **headers: str) -> tuple[int, Any]:
    """The answer of AWS's process, beside an Athena at that port."""
    parts = PartOfAnyPort()
    with serving(Meter(WithAthena(moto, parts, athena), parts)) as port:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        with closing(connection):
            connection.request("POST", "/", body, {"X-Amz-Target": target, **headers})
            answer = connection.getresponse()
            return answer.status, json.load(answer)


class PartOfAnyPort(dict[int, str]):
    """The writer's are all ports."""

    def get(self, *_: Any) -> str:
        return "writer"


@pytest.fixture
def athena() -> Iterator[int]:
    """The port of something in Athena's place."""
    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_athena_answers_what_is_asked_of_it_and_knows_who_asks(athena: int) -> None:
    said = {"X-Amz-Target": "AmazonAthena.GetWorkGroup", "X-Keystone-Part": "writer", "body": "{}"}
    assert asked(athena, "AmazonAthena.GetWorkGroup", "{}") == (200, said)
    assert asked(athena, "AmazonAthena.GetWorkGroup", "wrong") == (400, {**said, "body": "wrong"})


def test_all_else_is_answered_as_before(athena: int) -> None:
    assert asked(athena, "AWSGlue.GetTable", "{}") == (200, "moto")


def test_an_athena_that_is_down_is_said_to_be_and_how_to_start_it() -> None:
    [port] = free_ports(1)
    status, said = asked(port, "AmazonAthena.GetWorkGroup", "{}")
    assert (status, said["__type"]) == (503, "ServiceUnavailableException")
    assert "keystone start athena" in said["Message"]


@pytest.mark.parametrize(
    ("length", "said"),
    [
        ("abc", "Content-Length is no number of bytes: abc"),
        (str(MOST_BYTES + 1), f"a request has at most {MOST_BYTES} bytes"),
        ("1000", "the request ends before its Content-Length, or is sent too slowly"),
    ],
)
def test_a_body_that_is_none_is_refused_in_time(
    athena: int, length: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_on, "CLIENT_TIMEOUT_S", 0.5)
    status, answer = asked(athena, "AmazonAthena.GetWorkGroup", "{}", **{"Content-Length": length})
    assert (status, answer["__type"], answer["Message"]) == (400, "InvalidRequestException", said)
