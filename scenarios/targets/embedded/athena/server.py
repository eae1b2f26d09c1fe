"""Athena as a process of its own.

    python -m scenarios.targets.embedded.athena.server PORT --folder FOLDER --results URL

S3 and Glue are found by AWS's own variables. The folder has the log of statements and what does not fit into memory;
results of statements that say no other place go below the URL.
"""

import argparse
import signal
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
from botocore.config import Config
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.api.application import Application
from scenarios.targets.embedded.athena.api.described import metered
from scenarios.targets.embedded.athena.api.runner import Limits
from scenarios.targets.embedded.athena.api.service import Service
from scenarios.targets.embedded.athena.api.validation import read_model
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.lake.catalog import open_tables
from scenarios.targets.embedded.athena.query_log import QueryLog
from scenarios.targets.embedded.athena.storage import LakeStorage

MEMORY_BYTES = 600_000_000
MOST_FRAMES = 4_000
"""Of a thread: deeply nested statements need them, and its stack has room for as many."""


class QuietHandler(WSGIRequestHandler):
    """Answers in HTTP/1.1, and in time, without a log line for each request."""

    protocol_version = "HTTP/1.1"
    timeout = 20.0
    """Seconds that a client is waited for that neither sends what it has announced nor reads what it has asked for."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: clients ask again and again whether a statement is over."""


def main(port: int, folder: Path, results: str | None) -> int:
    """Serve until SIGTERM; statements that run then are cancelled."""
    signal.signal(signal.SIGTERM, _end)
    sys.setrecursionlimit(MOST_FRAMES)
    spill = folder / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    settings, limits = LakeSettings.from_environment(), Limits()
    s3, glue = (_client(settings, name, limits) for name in ("s3", "glue"))
    with open_tables(settings) as lake, ExitStack() as ending:
        engine = Engine(LakeStorage(lake), MEMORY_BYTES, spill, lambda: datetime.now(UTC))
        ending.callback(engine.close)
        log = QueryLog(folder)
        ending.callback(log.close)
        service = Service(
            engine, s3, glue, limits, lambda execution, state: log.add(metered(execution, state)), results=results
        )
        ending.callback(service.close)
        server = serve(port, service)
        ending.callback(server.shutdown)
        Thread(target=server.serve_forever, daemon=True).start()
        signal.pause()
    return 0


def _end(*_: object) -> None:
    """Once; a second signal does not break off what the first has begun."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


def serve(port: int, service: Service) -> BaseWSGIServer:
    """The server of a service, on a loopback port."""
    application = Application(service, read_model())
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=QuietHandler)


def _client(settings: LakeSettings, service: str, limits: Limits) -> Any:
    """A client whose connections are enough for all that runs, and for those who read results meanwhile."""
    return boto3.client(**settings.client_arguments(service), config=Config(max_pool_connections=limits.active + 20))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--results", metavar="URL")
    given = parser.parse_args()
    sys.exit(main(given.port, given.folder, given.results))
