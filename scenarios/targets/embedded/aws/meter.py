"""Counts what the emulation is asked for, by listener, service and kind of request, as AWS's bill would.

A listener belongs to one part of the stack, so who asked is known without looking into the request. The counts are
handed out at PATH, on every listener, as JSON.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qs

PATH: Final = "/keystone-meter"
_SCOPE: Final = re.compile(r"Credential=[^/,]+/\d+/[^/,]+/([^/,]+)/aws4_request")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


@dataclass
class Count:
    """Requests of one kind; bytes are those of bodies, `busy_s` is the time spent on answering."""

    requests: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    busy_s: float = 0.0


class Meter:
    """A WSGI application around another. Any thread may call it."""

    def __init__(self, application: Application, listeners: dict[int, str]) -> None:
        """Count for `application`; `listeners` names the part that uses a port."""
        self._application = application
        self._listeners = listeners
        self._lock = Lock()
        self._counts: dict[tuple[str, str, str], Count] = {}

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, and count."""
        if environ["PATH_INFO"] == PATH:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.counts()).encode()]
        return self._counted(environ, start_response)

    def counts(self) -> list[dict[str, Any]]:
        """What was counted so far: part, service, kind and the figures of Count."""
        with self._lock:
            return [
                {"part": part, "service": service, "kind": kind, **asdict(count)}
                for (part, service, kind), count in self._counts.items()
            ]

    def _counted(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        began_s = time.perf_counter()
        body = environ["wsgi.input"] = _CountingInput(environ["wsgi.input"])
        answer = self._application(environ, start_response)
        try:
            # Whole before any of it leaves, so that who has an answer finds it counted; moto holds it whole anyway.
            chunks = list(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        part = self._listeners.get(int(environ["SERVER_PORT"]), "other")
        with self._lock:
            count = self._counts.setdefault((part, *_kind(environ)), Count())
            count.requests += 1
            count.bytes_in += _bytes_in(environ, body.read_bytes)
            count.bytes_out += sum(map(len, chunks))
            count.busy_s += time.perf_counter() - began_s
        return chunks


class _CountingInput:
    """A request's body, counted as it is read."""

    def __init__(self, body: Any) -> None:
        self._body = body
        self.read_bytes = 0

    def read(self, *arguments: Any) -> bytes:
        return self._count(self._body.read(*arguments))

    def readline(self, *arguments: Any) -> bytes:
        return self._count(self._body.readline(*arguments))

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)

    def _count(self, chunk: bytes) -> bytes:
        self.read_bytes += len(chunk)
        return chunk


def _bytes_in(environ: Environ, read_bytes: int) -> int:
    """The body's size without what an upload in signed chunks wraps around it."""
    for header in ("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "CONTENT_LENGTH"):
        if environ.get(header, "").isdecimal():
            return int(environ[header])
    return read_bytes


def _kind(environ: Environ) -> tuple[str, str]:
    """The service that a request is signed for, and what is asked of it."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return (scope[1] if scope else target.partition(".")[0].lower()), target.rpartition(".")[2]
    service = scope[1] if scope else "unsigned"
    return service, _s3_kind(environ) if service == "s3" else environ["REQUEST_METHOD"].lower()


def _s3_kind(environ: Environ) -> str:
    """As S3 bills: put, post, list, get, head; delete is free."""
    method, query = environ["REQUEST_METHOD"], parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    has_key = "/" in environ["PATH_INFO"].strip("/")
    if method == "GET" and not has_key:
        return "list"
    if method == "POST" and "delete" in query:
        return "delete"
    return str(method.lower())
