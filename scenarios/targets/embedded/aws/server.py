"""moto's server as a process of its own, listening once for each part that talks to it.

    python -m scenarios.targets.embedded.aws.server PART=PORT [PART=PORT ...] [--athena PORT]

S3 and all else live in this process's memory: when it dies, the stack is over. Athena alone is another process, which
listens on the port that is given; without one, moto's own takes its place, whose answers are empty.
"""

import argparse
import functools
import signal
import sys
from threading import Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from scenarios.targets.embedded.aws.athena import WithAthena
from scenarios.targets.embedded.aws.glue import complete_glue
from scenarios.targets.embedded.aws.meter import Application, Meter


class Dispatcher(DomainDispatcherApplication):
    """Looks a service up once; moto lists its own folder anew for each request, which takes longer than the answer."""

    @functools.cache  # noqa: B019 - there is one, and it lives as long as the process
    def get_backend_for_host(self, host: str | None) -> Any:
        """The service behind a host name."""
        return super().get_backend_for_host(host)


class QuietHandler(MotoRequestHandler):
    """Answers in HTTP/1.1, which uploads in chunks need, without a log line for each request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a run makes tens of thousands of requests."""


def main(listeners: dict[int, str], athena: int | None) -> int:
    """Serve one application until SIGTERM, on a port for each part that uses it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    complete_glue()
    services: Application = Dispatcher(create_backend_app)
    if athena is not None:
        services = WithAthena(services, listeners, athena)
    application = Meter(services, listeners)
    servers = [_serve(application, port) for port in listeners]
    threads = [Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    signal.pause()
    return 0


def _serve(application: Meter, port: int) -> BaseWSGIServer:
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=QuietHandler)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("listeners", metavar="PART=PORT", nargs="+")
    parser.add_argument("--athena", metavar="PORT", type=int)
    given = parser.parse_args()
    sys.exit(main({int(port): part for part, port in (one.split("=") for one in given.listeners)}, given.athena))
