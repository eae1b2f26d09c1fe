"""A proxy in front of S3 or Glue that answers in their place, or loses requests or replies, as it is told."""

import io
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Literal, Protocol

from reference.lake.settings import LakeSettings

Lost = Literal["request", "reply"]

_BODY = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>"
UNAVAILABLE = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_BODY),
    _BODY,
)


class Handler(Protocol):
    """What a proxy does with one request: `ask` passes it on and returns the reply; None closes the connection."""

    def __call__(self, request: bytes, ask: Callable[[bytes], bytes]) -> bytes | None: ...


@contextmanager
def http_proxy(upstream: str, handle: Handler) -> Iterator[str]:
    """Listen in front of `upstream`, a base URL of this machine; yields the proxy's base URL."""
    port = int(upstream.rpartition(":")[2])
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        threading.Thread(target=_serve, args=(listener, port, handle), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def glue_proxy(aws: LakeSettings, lost: Mapping[int, Lost]) -> Iterator[tuple[str, set[int]]]:
    """Pass all on, but close the connection before or after the commits (UpdateTable) of these numbers, from 1.

    Yields:
        The proxy's base URL, and the numbers of those that were lost so far.
    """
    numbers, done = count(1), set[int]()

    def handle(request: bytes, ask: Callable[[bytes], bytes]) -> bytes | None:
        number = next(numbers) if is_commit(request) else 0
        if number not in lost:
            return ask(request)
        if lost[number] == "reply":
            ask(request)
        done.add(number)
        return None

    with http_proxy(str(aws.endpoint), handle) as url:
        yield url, done


def is_commit(request: bytes) -> bool:
    """Whether a request to Glue moves a table to its next version."""
    return b"AWSGlue.UpdateTable" in request


def _serve(listener: socket.socket, upstream: int, handle: Handler) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_pass_on, args=(client, upstream, handle), daemon=True).start()


def _pass_on(client: socket.socket, upstream: int, handle: Handler) -> None:
    """One request after the other over one connection, until either side closes it."""

    def ask(request: bytes) -> bytes:
        server.sendall(request)
        return _http_message(from_server, has_body=not request.startswith(b"HEAD "))

    try:
        with client, socket.create_connection(("127.0.0.1", upstream)) as server:
            from_client, from_server = client.makefile("rb"), server.makefile("rb")
            while request := _http_message(from_client, client):
                reply = handle(request, ask)
                if not reply:
                    return
                client.sendall(reply)
    except OSError:
        # Whoever asked has been killed, or the part behind is gone; either sees its connection close.
        return


def _http_message(stream: io.BufferedIOBase, sender: socket.socket | None = None, has_body: bool = True) -> bytes:
    """One HTTP message; empty at the end of the connection. A `sender` that waits to be told to go on is told so."""
    head, length, is_chunked, awaits_word = b"", 0, False, False
    while line := stream.readline():
        if line == b"\r\n":
            break
        name, _, value = line.strip().lower().partition(b": ")
        if name == b"expect":
            awaits_word = True
            continue
        head += line
        if name == b"content-length":
            length = int(value)
        is_chunked |= name == b"transfer-encoding" and value == b"chunked"
    else:
        return b""
    head += b"\r\n"
    if sender and awaits_word:
        sender.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not has_body:
        return head
    return head + (_chunks(stream) if is_chunked else _exactly(stream, length))


def _exactly(stream: io.BufferedIOBase, length: int) -> bytes:
    """So many bytes; a message of which no more comes is not one to pass on."""
    body = stream.read(length)
    if len(body) < length:
        raise ConnectionAbortedError
    return body


def _chunks(stream: io.BufferedIOBase) -> bytes:
    """A chunked body, as it came."""
    body = b""
    while True:
        line = stream.readline() or _exactly(stream, 1)
        body += line
        if size := int(line.partition(b";")[0], 16):
            body += _exactly(stream, size + 2)
            continue
        while (trailer := stream.readline() or _exactly(stream, 1)) != b"\r\n":
            body += trailer
        return body + trailer
