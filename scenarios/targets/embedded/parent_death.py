"""Ending a process when the thread that started it ends, by the kernel, whatever kills that thread's process."""

import ctypes
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(by: signal.Signals) -> Callable[[], None]:
    """For subprocess's preexec_fn: one call into libc in the new process, which takes no lock."""
    return lambda: _set(by)


def outlive_parent() -> None:
    """Take it back, in the process itself."""
    _set(0)


def _set(signum: int) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signum)
