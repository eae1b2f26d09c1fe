"""Ending a process when the thread that started it ends, by the kernel, whatever kills that thread's process."""

import ctypes
import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(by: signal.Signals) -> Callable[[], None]:
    """For subprocess's preexec_fn: called in the new process, where it makes two system calls and takes no lock."""
    parent = os.getpid()

    def arrange() -> None:
        _set(by)
        if os.getppid() != parent:
            # The parent ended before the kernel knew what to do about it.
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange


def hear_of_parents_death(by: signal.Signals) -> None:
    """In a forked process: it gets the signal when the thread that forked it ends, unless that has ended already."""
    _set(by)


def outlive_parent() -> None:
    """Take it back, in the process itself."""
    _set(0)


def _set(signum: int) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signum)
