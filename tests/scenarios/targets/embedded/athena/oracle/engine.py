"""Trino's own engine, on which Athena's engine version 3 is built, as a process that answers statement by statement.

    python -m tests.scenarios.targets.embedded.athena.oracle.engine    fetch it, once

It knows no Iceberg and no DDL but CREATE TABLE AS; what it answers is what an expression or a query means.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
HOME: Final = Path(sys.prefix) / "share" / "keystone" / "trino"
"""The engine's jars, and the program's class."""

HEAP_MIB: Final = 1024


@dataclass(frozen=True)
class Answer:
    """What a statement comes to: rows with their columns' names and Trino's names of their types, or an error.

    Values are as JSON has them; those that it has no word for (decimals, doubles, dates, times) as Trino writes them,
    bytes in hexadecimal, a map as a list of pairs of one-element lists.
    """

    columns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: tuple[Any, ...] = ()
    error: str | None = None
    message: str | None = None

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Answer":
        """From JSON."""
        lists = {name: tuple(values[name]) for name in ("columns", "types", "rows") if name in values}
        return cls(**lists, error=values.get("error"), message=values.get("message"))


class Engine:
    """The process; one thread asks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, statement: str) -> Answer:
        """What Trino makes of it.

        Raises:
            RuntimeError: the process ended.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(statement) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError(f"Trino's engine ended at: {statement}")
        return Answer.of(json.loads(line))


@contextmanager
def engine() -> Iterator[Engine]:
    """One that has started; it ends with the block."""
    command = [
        _installed("java"),
        f"-Xmx{HEAP_MIB}m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        f"{HOME}/jars/*:{HOME}",
        "Oracle",
    ]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield Engine(process)
        finally:
            process.kill()


def fetch() -> None:
    """Get the jars with Maven, and compile the program.

    Raises:
        subprocess.CalledProcessError: one of the two failed, and has said why.
    """
    shutil.rmtree(HOME, ignore_errors=True)
    jars, maven = (
        HOME / "jars",
        [_installed("mvn"), "-q", "-B", "-ntp", "-Dstyle.color=never", "-f", str(HERE / "pom.xml")],
    )
    get = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    subprocess.run([*maven, *get], check=True, stdin=subprocess.DEVNULL)
    compile_it = [_installed("javac"), "-cp", f"{jars}/*", "-d", str(HOME), str(HERE / "Oracle.java")]
    subprocess.run(compile_it, check=True)


def _installed(command: str) -> str:
    found = shutil.which(command)
    if found is None:
        sys.exit(f"no `{command}` on PATH: apt-get install maven default-jdk-headless")
    return found


if __name__ == "__main__":
    fetch()
