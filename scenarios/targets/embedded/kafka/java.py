"""The Java that runs the broker, and the command line it is run with."""

import shutil
import sys
from pathlib import Path

from scenarios.targets.errors import TargetError

HOME = Path(sys.prefix) / "share" / "keystone" / "kafka"
"""Where `make setup` puts the broker's jars, its class archive and a formatted log's first checkpoint."""

JARS = HOME / "jars"
CLASS_ARCHIVE = HOME / "broker.jsa"
FIRST_CHECKPOINT = HOME / "first.checkpoint"
LOG4J = Path(__file__).with_name("log4j2.properties")

HEAP_MIB = 512


def find_java() -> str:
    """Path of the `java` command.

    Raises:
        TargetError: there is none on PATH.
    """
    java = shutil.which("java")
    if java is None:
        raise TargetError("no `java` on PATH; Kafka needs one: apt-get install default-jre-headless (17 or later)")
    return java


def class_path() -> str:
    """The jars in a fixed order, since a class archive is only good for the class path it was made with.

    Raises:
        TargetError: the jars are not there.
    """
    jars = sorted(JARS.glob("*.jar"))
    if not jars:
        raise TargetError(f"Kafka's jars are not in {JARS}; fetch them with: make setup")
    return ":".join(map(str, jars))


def command(*arguments: str, main_class: str = "kafka.Kafka", archive_option: str | None = None) -> list[str]:
    """The command that runs `main_class`, started quickly: serial collector, and classes from the archive."""
    if archive_option is None and CLASS_ARCHIVE.exists():
        archive_option = f"-XX:SharedArchiveFile={CLASS_ARCHIVE}"
    return [
        find_java(),
        f"-Xms{HEAP_MIB // 2}m",
        f"-Xmx{HEAP_MIB}m",
        "-XX:+UseSerialGC",
        "-Xshare:auto",
        # The archive is a short cut, never a need: without this line the JVM grumbles on its output.
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off",
        "-Djava.awt.headless=true",
        f"-Dlog4j2.configurationFile={LOG4J}",
        *([archive_option] if archive_option else []),
        "-cp",
        class_path(),
        main_class,
        *arguments,
    ]
