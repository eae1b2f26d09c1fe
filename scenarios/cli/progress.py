"""One line that says how far long work has come."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Final

import click

REPORT_EVERY_S: Final = 10.0
"""Where there is no terminal, progress is a line now and then."""


class ProgressLine:
    """Shows one line that changes on a terminal; elsewhere a line for each phase and every ten seconds."""

    def __init__(self) -> None:
        self.is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._phase, self._said_s = "", 0.0

    def __call__(self, text: str) -> None:
        """How far it is; the phase is what stands before the first colon."""
        phase, now_s = text.partition(":")[0], time.monotonic()
        if self.is_terminal:
            click.echo(f"\r\033[K{text}", nl=False, err=True)
        elif phase != self._phase or now_s - self._said_s > REPORT_EVERY_S:
            click.echo(f"keystone: {text}", err=True)
            self._said_s = now_s
        self._phase = phase

    def say(self, line: str) -> None:
        """A line that stays."""
        self.clear()
        click.echo(line, err=True)

    def clear(self) -> None:
        """Leave nothing of what changes."""
        if self.is_terminal:
            click.echo("\r\033[K", nl=False, err=True)


@contextlib.contextmanager
def progress() -> Iterator[ProgressLine]:
    """A line that is gone at the end."""
    line = ProgressLine()
    try:
        yield line
    finally:
        line.clear()
