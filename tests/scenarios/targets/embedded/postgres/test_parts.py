"""Postgres and pgbouncer as parts of a stack: who they run as, who may talk to them, and what survives what."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from scenarios.targets.embedded.part import Part
from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.embedded.postgres.parts import PostgresParts
from scenarios.targets.embedded.stopping import stop_in_order
from scenarios.targets.interface import PostgresEndpoint

DEADLINE_S = 30
ROOT = Path(__file__).parents[5]

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a part as somebody else")

# Starts both parts in the folder given, says their pids, and waits to be killed.
OWNER = """
import sys, time
from pathlib import Path
from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.embedded.postgres.parts import PostgresParts
folder = Path(sys.argv[1])
parts = PostgresParts(folder / "postgres", tuple(free_ports(2)), lambda name: folder / f"{name}.log")
parts.initdb.run_to_end(check=lambda: None)
for part in (parts.server, parts.pooler):
    part.spawn()
    part.wait_ready()
print(parts.server.pid, parts.pooler.pid, flush=True)
time.sleep(600)
"""


def start(part: Part) -> None:
    part.spawn()
    part.wait_ready()


def counted(database: PostgresEndpoint) -> int:
    with psycopg.connect(database.pooled, prepare_threshold=None) as connection:
        found = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert found is not None
    return int(found[0])


@pytest.fixture
def kept(database: PostgresEndpoint) -> PostgresEndpoint:
    """The database with a table of three rows."""
    with psycopg.connect(database.pooled, prepare_threshold=None) as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM generate_series(1, 3)")
    return database


@contextmanager
def running(folder: Path) -> Iterator[PostgresParts]:
    """Postgres alone, under `folder`."""
    port, pooler_port = free_ports(2)
    parts = PostgresParts(folder / "postgres", (port, pooler_port), lambda name: folder / f"{name}.log")
    parts.initdb.run_to_end(check=lambda: None)
    try:
        start(parts.server)
        start(parts.pooler)
        yield parts
    finally:
        stop_in_order([parts.pooler, parts.server])


@pytest.mark.parametrize("end", [lambda server: stop_in_order([server]), Part.kill], ids=["stopped", "killed"])
def test_a_postgres_that_was_stopped_or_killed_comes_back_with_its_rows(
    kept: PostgresEndpoint, postgres: PostgresParts, end: Callable[[Part], None]
) -> None:
    end(postgres.server)
    start(postgres.server)
    assert counted(kept) == 3


def test_a_postgres_killed_amid_a_query_comes_back_at_once(kept: PostgresEndpoint, postgres: PostgresParts) -> None:
    """Its child goes on with the query for a while, and as long as it does a new Postgres would refuse to start."""
    with closing(psycopg.connect(kept.direct)) as busy:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
        postgres.server.kill()
        start(postgres.server)
    assert counted(kept) == 3


def test_a_lock_file_that_names_a_living_process_does_not_keep_postgres_down(
    kept: PostgresEndpoint, postgres: PostgresParts
) -> None:
    postgres.server.kill()
    assert postgres.server.folder is not None
    lock = postgres.server.folder / "postmaster.pid"
    assert postgres.pooler.pid is not None
    lock.write_text(f"{postgres.pooler.pid}\n" + "".join(lock.read_text().splitlines(keepends=True)[1:]))
    start(postgres.server)
    assert counted(kept) == 3


@pytest.mark.usefixtures("kept")
def test_a_stop_does_not_wait_for_clients(kept: PostgresEndpoint, postgres: PostgresParts) -> None:
    with psycopg.connect(kept.direct):
        began = time.monotonic()
        stop_in_order([postgres.server])
        assert time.monotonic() - began < 5
    start(postgres.server)


def test_the_pooler_comes_back_after_a_kill(kept: PostgresEndpoint, postgres: PostgresParts) -> None:
    postgres.pooler.kill()
    start(postgres.pooler)
    assert counted(kept) == 3


def test_the_pooler_pools_by_transaction(kept: PostgresEndpoint) -> None:
    """Two connections to the pooler, one after the other in the same session of Postgres."""
    with psycopg.connect(kept.pooled, autocommit=True) as one, psycopg.connect(kept.pooled, autocommit=True) as other:
        pids = [c.execute("SELECT pg_backend_pid()").fetchone() for c in (one, other)]
    assert pids[0] == pids[1]


@pytest.mark.parametrize("way", ["pooled", "direct"])
def test_a_wrong_password_is_refused(database: PostgresEndpoint, way: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"password|SASL"):
        psycopg.connect(getattr(database, way), password="guess")


def test_both_listen_on_loopback_tcp_alone(postgres: PostgresParts) -> None:
    for part, port in ((postgres.server, postgres.endpoint.direct_port), (postgres.pooler, postgres.endpoint.port)):
        process = psutil.Process(part.pid)
        listening = [c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert listening == [("127.0.0.1", port)]
        assert [c.laddr for c in process.net_connections("unix") if c.laddr] == []


@needs_root
def test_neither_runs_as_root_and_both_have_one_group_alone(postgres: PostgresParts) -> None:
    for part in (postgres.server, postgres.pooler):
        process = psutil.Process(part.pid)
        assert part.user is not None
        account = pwd.getpwnam(part.user)
        assert set(process.uids()) == {account.pw_uid} != {0}
        groups = Path(f"/proc/{process.pid}/status").read_text().split("Groups:")[1].splitlines()[0].split()
        assert set(process.gids()) == {account.pw_gid}
        assert set(groups) <= {str(account.pw_gid)}


@needs_root
def test_a_state_folder_that_only_root_may_reach_will_do(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with running(closed) as parts:
        parts.server.kill()
        start(parts.server)
        with psycopg.connect(parts.endpoint.direct, dbname="postgres") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture
def ordinary(tmp_path: Path) -> Iterator[tuple[Path, str | None, str]]:
    """A folder of an ordinary user's, that user if it is not who runs this, and a Python that the user may run."""
    if os.geteuid() != 0:
        yield tmp_path, None, sys.executable
        return
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not Path(python).exists():
        pytest.skip(f"an ordinary user needs {python}, since the Python that runs this may be root's alone")
    # pytest's own folders are closed to others.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        shutil.chown(folder, "nobody")
        yield Path(folder), "nobody", python


def test_where_the_owner_is_no_root_both_run_as_the_owner(ordinary: tuple[Path, str | None, str]) -> None:
    folder, user, python = ordinary
    with _owner(folder, user, python) as owner:
        pids = _pids(owner)
        assert {psutil.Process(pid).uids().real for pid in pids} == {folder.stat().st_uid} != {0}
        owner.kill()
    _await_gone(pids)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_both_end_when_their_owner_is_killed(tmp_path: Path, how: signal.Signals) -> None:
    with _owner(tmp_path) as owner:
        pids = _pids(owner)
        owner.send_signal(how)
    _await_gone(pids)


def _owner(folder: Path, user: str | None = None, python: str = sys.executable) -> "subprocess.Popen[str]":
    packages = {"PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}"}
    command = [python, "-c", OWNER, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, user=user, env=os.environ | packages)


def _pids(owner: "subprocess.Popen[str]") -> list[int]:
    """The two parts, and the children that Postgres has."""
    assert owner.stdout is not None
    pids = [int(word) for word in owner.stdout.readline().split()]
    assert len(pids) == 2, "the owner did not start its parts"
    return [*pids, *(child.pid for child in psutil.Process(pids[0]).children())]


def _await_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < deadline, "processes outlive their owner"
        time.sleep(0.05)
