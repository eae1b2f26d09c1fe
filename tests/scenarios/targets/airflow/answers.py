"""A server that answers as Airflow's API server does, with what a test puts there."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Answers(dict[str, Any]):
    """Path: what is answered there; other paths are not found. `url` is the server's, `changes` what was patched."""

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self.changes: list[tuple[str, Any]] = []


@contextmanager
def answering() -> Iterator[Answers]:
    """The server, on loopback."""
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in answers else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answers.get(self.path)).encode())

        def do_PATCH(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answers.changes.append((self.path, json.loads(body)))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answers.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield answers
        finally:
            server.shutdown()
            thread.join()
