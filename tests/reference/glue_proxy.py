"""A proxy in front of Glue that loses the requests or the replies of some commits."""

import io
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Literal

from reference.lake.settings import LakeSettings

Lost = Literal["request", "reply"]


@contextmanager
def glue_proxy(aws: LakeSettings, lost: Mapping[int, Lost]) -> Iterator[tuple[str, set[int]]]:
    """Pass all on, but close the connection before or after the commits (UpdateTable) of these numbers, from 1.

    Yields:
        The proxy's base URL, and the numbers of those that were lost so far.
    """
    assert aws.endpoint is not None
    upstream = int(aws.endpoint.rpartition(":")[2])
    proxy = _Proxy(upstream, lost)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=proxy.serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", proxy.done
        listener.shutdown(socket.SHUT_RDWR)


class _Proxy:
    def __init__(self, upstream: int, lost: Mapping[int, Lost]) -> None:
        self._upstream = upstream
        self._lost = lost
        self._numbers = count(1)
        self.done: set[int] = set()

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        """One request after the other over one connection."""
        with client, socket.create_connection(("127.0.0.1", self._upstream)) as server:
            from_client, from_server = client.makefile("rb"), server.makefile("rb")
            while request := _http_message(from_client):
                number = next(self._numbers) if b"AWSGlue.UpdateTable" in request else 0
                lost = self._lost.get(number)
                if lost != "request":
                    server.sendall(request)
                    reply = _http_message(from_server)
                if lost is not None:
                    self.done.add(number)
                    return
                client.sendall(reply)


def _http_message(stream: io.BufferedReader) -> bytes:
    """One HTTP message with a Content-Length; empty at the end of the connection."""
    head = b""
    length = 0
    while line := stream.readline():
        head += line
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        if line == b"\r\n":
            return head + stream.read(length)
    return b""
