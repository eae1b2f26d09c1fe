"""Steps of a check: each says what it was and how long it took; the check ends with the first that fails."""

import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.mwaa.errors import StepFailed

LAST_LINES = 30


def run_step(what: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
    """Run a program.

    Raises:
        StepFailed: it ended with an error.
    """
    print(f"mwaa: {what:<60}", end="", flush=True)
    began_s = time.monotonic()
    done = subprocess.run(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    print(f"{time.monotonic() - began_s:6.1f} s", flush=True)
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-LAST_LINES:])
        raise StepFailed(f"{what}: exit code {done.returncode} of {shlex.join(map(str, command))}\n{end}")


def tell(text: str) -> None:
    """Say something at once, be it to a terminal or to a file."""
    print(f"mwaa: {text}", flush=True)
