"""keystone doctor: what the project needs, what is there, how to get what is not."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

import click

from scenarios.cli.options import json_option
from scenarios.runner.gold_settings import EXTRA as GOLD_EXTRA
from scenarios.targets.airflow.installed import EXTRA as AIRFLOW_EXTRA
from scenarios.targets.embedded.kafka import java
from scenarios.targets.embedded.object_store.gateway import gateway_version
from scenarios.targets.embedded.postgres.pooler import find_pooler
from scenarios.targets.embedded.postgres.server import find_server
from scenarios.targets.errors import TargetError

OLDEST_JAVA = 17
PACKAGES = ("confluent-kafka", "duckdb", "grpcio", "moto", "psycopg", "pyarrow", "pyiceberg")
QUALITY = ("great-expectations", "pyathena")
AIRFLOW = "apache-airflow-core"


@dataclass(frozen=True)
class Need:
    """One thing needed; `version` is None when it is missing, and then `how` says how to get it."""

    name: str
    version: str | None
    how: str

    @property
    def optional(self) -> bool:
        """Whether everything but what it is for works without it."""
        return self.name in _OPTIONAL


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """List each need, its version, and how to get what is missing. Exit code 1 if anything but an option is."""
    needs = [Need(name, look(), how) for name, look, how in _NEEDS]
    if as_json:
        rows = [asdict(need) | {"optional": need.optional, "ok": need.version is not None} for need in needs]
        click.echo(json.dumps(rows, indent=2))
    else:
        for need in needs:
            click.echo(f"{'ok ' if need.version else '-- '} {need.name:<19} {need.version or f'missing; {need.how}'}")
    sys.exit(0 if all(need.version or need.optional for need in needs) else 1)


def _python() -> str | None:
    return sys.version.split()[0] if sys.version_info >= (3, 11) else None


def _said_by(*command: str) -> str | None:
    """The first line that a command says; None if it is not there or fails."""
    path = shutil.which(command[0])
    if path is None:
        return None
    done = subprocess.run([path, *command[1:]], capture_output=True, text=True, check=False, timeout=30)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return click.unstyle(lines[0]) if done.returncode == 0 and lines else None


def _java() -> str | None:
    said = _said_by("java", "-version") or ""
    found = re.search(r'"(\d+)[^"]*"', said)
    return found.group(0).strip('"') if found and int(found.group(1)) >= OLDEST_JAVA else None


def _own(command: str) -> str | None:
    """One of the project's commands, beside the Python that runs this."""
    return shutil.which(command, path=str(Path(sys.prefix) / "bin"))


def _package(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _jars() -> str | None:
    jar = next(java.JARS.glob("kafka_2.13-*.jar"), None)
    return jar.stem.rpartition("-")[2] if jar else None


def _archive() -> str | None:
    return str(java.CLASS_ARCHIVE) if java.CLASS_ARCHIVE.exists() else None


def _version_of(find: Callable[[], str]) -> str | None:
    """What a server that is not on everybody's PATH says of itself."""
    try:
        return _said_by(find(), "--version")
    except TargetError:
        return None


def _library(package: str) -> Callable[[], str | None]:
    return lambda: _said_by("pkg-config", "--modversion", package)


def _gateway() -> str | None:
    try:
        return gateway_version()
    except TargetError:
        return None


_OPTIONAL = {"go", "versitygw", *QUALITY, AIRFLOW}
_NEEDS: list[tuple[str, Callable[[], str | None], str]] = [
    ("python", _python, "Python 3.11 or later: apt-get install python3"),
    ("java", _java, f"Java {OLDEST_JAVA} or later: apt-get install default-jre-headless"),
    ("kafka jars", _jars, "make setup"),
    ("kafka classes", _archive, "make setup"),
    ("postgres", lambda: _version_of(find_server), "apt-get install postgresql"),
    ("pgbouncer", lambda: _version_of(find_pooler), "apt-get install pgbouncer"),
    ("keystone-ingestd", lambda: _own("keystone-ingestd"), "make setup"),
    ("keystone-writer", lambda: _own("keystone-writer"), "make setup"),
    *[(name, partial(_package, name), "make setup") for name in PACKAGES],
    ("maven", lambda: _said_by("mvn", "-v"), "to build: apt-get install maven"),
    ("g++", lambda: _said_by("g++", "--version"), "to build: apt-get install build-essential"),
    ("cmake", lambda: _said_by("cmake", "--version"), "to build: apt-get install cmake"),
    ("ninja", lambda: _said_by("ninja", "--version"), "to build: apt-get install ninja-build"),
    ("protoc", lambda: _said_by("protoc", "--version"), "to build: apt-get install protobuf-compiler-grpc"),
    ("gRPC", _library("grpc++"), "to build: apt-get install libgrpc++-dev pkg-config"),
    ("librdkafka headers", _library("rdkafka"), "to build: apt-get install librdkafka-dev pkg-config"),
    ("simdjson", _library("simdjson"), "to build: apt-get install libsimdjson-dev pkg-config"),
    ("googletest", _library("gtest"), "to test: apt-get install libgtest-dev pkg-config"),
    ("go", lambda: _said_by("go", "version"), "optional, to build versitygw: apt-get install golang-go, 1.25 or later"),
    *[(name, partial(_package, name), f"optional, for scenarios that go to gold: {GOLD_EXTRA}") for name in QUALITY],
    (AIRFLOW, partial(_package, AIRFLOW), f"optional, for `keystone dag run` and `up --airflow`: {AIRFLOW_EXTRA}"),
    ("versitygw", _gateway, "optional, for --object-store versitygw: make object-store"),
    ("kcat", lambda: _said_by("kcat", "-V") and "found", "to test: apt-get install kcat"),
]
