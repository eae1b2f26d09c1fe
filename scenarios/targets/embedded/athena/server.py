"""Athena as a process of its own.

    python -m scenarios.targets.embedded.athena.server PORT --folder FOLDER

S3 and Glue are found by AWS's own variables. The folder has the log of statements and what does not fit into memory.
"""

import argparse
import signal
import sys
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
from scenarios.targets.embedded.athena.query_log import QueryLog
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import Table, Tables, Version, View
from scenarios.targets.embedded.athena.statement import Usage

MEMORY_BYTES = 600_000_000


class NoTables(Tables):
    """A catalog in which there is nothing."""

    def find(self, database: str, name: str, version: Version) -> Table | View:
        """None of them."""
        del version
        raise SqlError("TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{name}' does not exist")


class QuietHandler(WSGIRequestHandler):
    """Answers in HTTP/1.1, so that connections are kept, without a log line for each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: clients ask again and again whether a statement is over."""


def main(port: int, folder: Path, limits: Limits) -> int:
    """Serve until SIGTERM; statements that run then are cancelled."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    spill = folder / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    settings = LakeSettings.from_environment()
    engine = Engine(_tables, MEMORY_BYTES, spill)
    log = QueryLog(folder)
    s3, glue = (_client(settings, name, limits) for name in ("s3", "glue"))
    service = Service(engine, s3, glue, limits, lambda execution, state: log.add(metered(execution, state)))
    server = serve(port, service)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        signal.pause()
    finally:
        server.shutdown()
        service.close()
        engine.close()
        log.close()
    return 0


def serve(port: int, service: Service) -> BaseWSGIServer:
    """The server of a service, on a loopback port."""
    application = Application(service, read_model())
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=QuietHandler)


def _tables(usage: Usage) -> Tables:
    del usage
    return NoTables()


def _client(settings: LakeSettings, service: str, limits: Limits) -> Any:
    """A client whose connections are enough for all that runs, and for those who read results meanwhile."""
    return boto3.client(**settings.client_arguments(service), config=Config(max_pool_connections=limits.active + 20))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--timeout-s", type=float, default=Limits.timeout_s)
    given = parser.parse_args()
    sys.exit(main(given.port, given.folder, Limits(timeout_s=given.timeout_s)))
