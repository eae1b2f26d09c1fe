"""The proxy itself: what it passes on, and what it must not."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.http_proxy import UNAVAILABLE, http_proxy


class Echo(BaseHTTPRequestHandler):
    """Answers with the body it was sent."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


Ask = Callable[[bytes], bytes]


@pytest.fixture
def echo() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def put(url: str, body: bytes | list[bytes], **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request("PUT", "/", body, headers, encode_chunked=isinstance(body, list))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_bodies_with_a_length_and_in_chunks_come_through(echo: str) -> None:
    with http_proxy(echo, lambda request, ask: ask(request)) as url:
        assert put(url, b"x" * 100_000) == (200, b"x" * 100_000)
        assert put(url, [b"ab", b"c" * 70_000], **{"Transfer-Encoding": "chunked"}) == (200, b"ab" + b"c" * 70_000)
        assert put(url, b"") == (200, b"")


def test_the_handler_may_answer_itself_or_lose_the_reply(echo: str) -> None:
    with http_proxy(echo, lambda _request, _ask: UNAVAILABLE) as url:
        assert put(url, b"x")[0] == 503
    asked: list[bytes] = []

    def lose(request: bytes, ask: Ask) -> None:
        asked.append(ask(request))

    with http_proxy(echo, lose) as url, pytest.raises(http.client.RemoteDisconnected):
        put(url, b"x")
    assert asked[0].endswith(b"x")


def test_a_client_that_waits_to_be_told_to_go_on_is_told(echo: str) -> None:
    with http_proxy(echo, lambda request, ask: ask(request)) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as client:
            client.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 100")
            client.sendall(b"ok")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("torn", [b"Content-Length: 10\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"])
def test_a_request_whose_sender_dies_in_the_middle_is_not_passed_on(echo: str, torn: bytes) -> None:
    handled: list[bytes] = []

    def note(request: bytes, ask: Ask) -> bytes:
        handled.append(request)
        return ask(request)

    with http_proxy(echo, note) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as client:
            client.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\n" + torn)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1000) == b""
    assert handled == []
