"""Postgres and pgbouncer as parts of the stack."""

import secrets
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.ports import is_listening
from scenarios.targets.embedded.postgres.account import make_private, ordinary_user
from scenarios.targets.embedded.postgres.pooler import make_pooler_folder, pooler_command
from scenarios.targets.embedded.postgres.server import (
    DATABASE,
    USER,
    clear,
    initdb_command,
    make_data_folder,
    server_command,
)
from scenarios.targets.interface import PostgresEndpoint


class PostgresParts:
    """A Postgres with a password made up for it, and its pooler.

    Attributes:
        endpoint: where clients find both.
        initdb: has to run to its end before the server is started for the first time.
        server, pooler: the parts `postgres` and `pgbouncer`.
    """

    def __init__(self, folder: Path, ports: tuple[int, int], log_of: Callable[[str], Path]) -> None:
        """Make `folder`, which must not exist, with all that the parts need in it.

        Args:
            ports: for Postgres and for pgbouncer.
            log_of: where the part of a name writes its log.

        Raises:
            TargetError: one of the two is not installed, or nobody is there to run it.
        """
        port, pooler_port = ports
        password, user = secrets.token_urlsafe(30), ordinary_user()
        self.endpoint = PostgresEndpoint("127.0.0.1", pooler_port, port, DATABASE, USER, password)
        commands = initdb_command(), server_command(port), pooler_command()
        make_private(folder, user)
        data = make_data_folder(folder / "server", password, user)
        pooler = make_pooler_folder(folder / "pgbouncer", pooler_port, port, password, user)
        self.initdb = Part("initdb", commands[0], log_of("initdb"), ready=lambda: False, folder=data, user=user)
        self.server = Part(
            "postgres",
            commands[1],
            log_of("postgres"),
            ready=lambda: self.server.has_said("database system is ready to accept connections"),
            folder=data,
            user=user,
            clear=partial(clear, data),
            # Fast shutdown; at SIGTERM Postgres would wait until the last client has gone.
            stop_signal=signal.SIGINT,
        )
        self.pooler = Part(
            "pgbouncer",
            commands[2],
            log_of("pgbouncer"),
            ready=lambda: is_listening(pooler_port),
            folder=pooler,
            user=user,
        )
