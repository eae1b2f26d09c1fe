"""What is asked of Athena at AWS's address is answered by Athena's own process, which is told who asks."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from scenarios.targets.embedded.aws.athena import WithAthena
from scenarios.targets.embedded.ports import free_ports

LISTENERS = {8001: "writer"}
Ask = Callable[[str], tuple[int, Any]]


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


def asked(application: WithAthena, target: str, body: str) -> tuple[int, Any]:
    headers = [("X-Amz-Target", target)]
    builder = EnvironBuilder(method="POST", base_url="http://127.0.0.1:8001/", headers=headers, data=body)
    try:
        content, status, _ = run_wsgi_app(application, builder.get_environ(), buffered=True)
        return int(status.split()[0]), json.loads(b"".join(content))
    finally:
        builder.close()


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
    application = WithAthena(moto, LISTENERS, athena)
    said = {"X-Amz-Target": "AmazonAthena.GetWorkGroup", "X-Keystone-Part": "writer", "body": "{}"}
    assert asked(application, "AmazonAthena.GetWorkGroup", "{}") == (200, said)
    assert asked(application, "AmazonAthena.GetWorkGroup", "wrong") == (400, {**said, "body": "wrong"})


def test_all_else_is_answered_as_before(athena: int) -> None:
    assert asked(WithAthena(moto, LISTENERS, athena), "AWSGlue.GetTable", "{}") == (200, "moto")


def test_an_athena_that_is_down_is_said_to_be_and_how_to_start_it() -> None:
    [port] = free_ports(1)
    status, said = asked(WithAthena(moto, LISTENERS, port), "AmazonAthena.GetWorkGroup", "{}")
    assert (status, said["__type"]) == (503, "ServiceUnavailableException")
    assert "keystone start athena" in said["Message"]
