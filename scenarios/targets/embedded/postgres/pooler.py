"""pgbouncer in front of Postgres, pooling by transaction as RDS Proxy does."""

import os
import shutil
from pathlib import Path

from scenarios.targets.embedded.postgres.account import make_private
from scenarios.targets.embedded.postgres.server import DATABASE, USER
from scenarios.targets.errors import TargetError

SETTINGS = {
    "listen_addr": "127.0.0.1",
    "unix_socket_dir": "",
    "auth_type": "scram-sha-256",
    "auth_file": "userlist.txt",
    "pool_mode": "transaction",
    "max_client_conn": "1000",
    "default_pool_size": "20",
    # Once Postgres is back it is noticed soon, and without it nobody is kept waiting for minutes.
    "server_login_retry": "0.2",
    "query_wait_timeout": "5",
    "log_connections": "0",
    "log_disconnections": "0",
    "log_stats": "0",
}


def make_pooler_folder(folder: Path, port: int, server_port: int, password: str, user: str | None) -> Path:
    """Make `folder` with pgbouncer's settings and its list of users, for `user`; return it.

    Args:
        port: where pgbouncer listens.
        server_port: where Postgres does.
    """
    settings = "".join(f"{name} = {value}\n" for name, value in (SETTINGS | {"listen_port": str(port)}).items())
    databases = f"[databases]\n{DATABASE} = host=127.0.0.1 port={server_port}\n"
    make_private(folder, user)
    make_private(folder / "pgbouncer.ini", user, f"{databases}\n[pgbouncer]\n{settings}")
    make_private(folder / "userlist.txt", user, f'"{USER}" "{password}"\n')
    return folder


def pooler_command() -> list[str]:
    """Runs pgbouncer, to be run in its folder."""
    return [find_pooler(), "pgbouncer.ini"]


def find_pooler() -> str:
    """Path of the `pgbouncer` command, which Debian puts where an ordinary user's PATH does not lead.

    Raises:
        TargetError: it is not installed.
    """
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise TargetError("no `pgbouncer` found; the stack needs it: apt-get install pgbouncer")
    return found
