"""A writer ends when it is told to, and says where it was if it cannot."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reference.writer.ending import Stop

TOLD = """
import ctypes
from reference.writer.ending import Stop, stop_on_signals
stop = Stop()
stop_on_signals(stop, within_s=0.5)
"""
WAITS = TOLD + "print('ready', flush=True); stop.wait(60); print('ended')"
HANGS = TOLD + "print('ready', flush=True); stop.wait(60); ctypes.PyDLL(None).sleep(60)"
"""In a call that never returns and holds the interpreter's lock."""


@contextmanager
def ready(code: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_who_waits_is_told_at_once(told: signal.Signals) -> None:
    with ready(WAITS) as process:
        process.send_signal(told)
        assert process.communicate(timeout=10) == ("ended\n", "")
    assert process.returncode == 0


def test_who_is_told_and_hangs_ends_and_says_where() -> None:
    with ready(HANGS) as process:
        process.terminate()
        _, said = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "Timeout (0:00:00.5" in said
    assert 'File "<string>", line 6 in <module>' in said


def test_who_is_aborted_says_where_it_was() -> None:
    with ready(WAITS) as process:
        process.send_signal(signal.SIGABRT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == -signal.SIGABRT
    # In the wait or, on a busy machine, just before.
    assert 'File "<string>", line 6 in <module>' in said


def test_a_wait_is_as_long_as_it_is_asked_for() -> None:
    began_s = time.monotonic()
    Stop().wait(0.15)
    assert time.monotonic() - began_s >= 0.15
