"""keystone doctor: what the project needs, what is there, how to get what is not."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import click

from scenarios.cli.options import json_option
from scenarios.targets.embedded.kafka import java


@dataclass(frozen=True)
class Need:
    """One thing needed; `version` is None when it is missing, and then `how` says how to get it."""

    name: str
    version: str | None
    how: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """List each need, its version, and how to get what is missing. Exit code 1 if anything is."""
    needs = [Need(name, look(), how) for name, look, how in _NEEDS]
    if as_json:
        click.echo(json.dumps([asdict(need) | {"ok": need.version is not None} for need in needs], indent=2))
    else:
        for need in needs:
            click.echo(f"{'ok ' if need.version else '-- '} {need.name:<18} {need.version or f'missing; {need.how}'}")
    sys.exit(0 if all(need.version for need in needs) else 1)


def _python() -> str | None:
    return sys.version.split()[0] if sys.version_info >= (3, 11) else None


def _command(*command: str) -> Callable[[], str | None]:
    def look() -> str | None:
        path = shutil.which(command[0])
        if path is None:
            return None
        done = subprocess.run([path, *command[1:]], capture_output=True, text=True, check=False, timeout=30)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return lines[0] if lines else path

    return look


def _own(command: str) -> Callable[[], str | None]:
    def look() -> str | None:
        return shutil.which(command, path=str(Path(sys.prefix) / "bin"))

    return look


def _package(name: str) -> Callable[[], str | None]:
    def look() -> str | None:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            return None

    return look


def _jars() -> str | None:
    jar = next(java.JARS.glob("kafka_2.13-*.jar"), None)
    return jar.stem.rpartition("-")[2] if jar else None


def _archive() -> str | None:
    return f"{java.CLASS_ARCHIVE.stat().st_size // 2**20} MiB" if java.CLASS_ARCHIVE.exists() else None


_NEEDS: list[tuple[str, Callable[[], str | None], str]] = [
    ("python", _python, "needs Python 3.11 or later: apt-get install python3"),
    ("java", _command("java", "-version"), "apt-get install default-jre-headless"),
    ("maven", _command("mvn", "-v"), "apt-get install maven (needed for set-up only)"),
    ("compiler", _command("g++", "--version"), "apt-get install build-essential (needed for set-up only)"),
    ("cmake", _command("cmake", "--version"), "apt-get install cmake (needed for set-up only)"),
    ("ninja", _command("ninja", "--version"), "apt-get install ninja-build (needed for set-up only)"),
    ("gRPC for C++", _command("grpc_cpp_plugin", "--version"), "apt-get install protobuf-compiler-grpc libgrpc++-dev"),
    ("kafka jars", _jars, "make setup"),
    ("kafka archive", _archive, "make setup"),
    ("keystone-ingestd", _own("keystone-ingestd"), "make setup"),
    ("keystone-writer", _own("keystone-writer"), "make setup"),
    *[
        (name, _package(name), "make setup")
        for name in ("confluent-kafka", "duckdb", "grpcio", "moto", "pyarrow", "pyiceberg")
    ],
]
