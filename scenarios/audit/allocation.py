"""How this process allocates: what is freed goes back to the system, so that its peak is what it needs at once.

Arrow's default pool and glibc's arenas, one for each of many threads, keep what was freed for later: half as much again
as the audit of a million events holds. The figures are in docs/benchmarks.md.
"""

import ctypes
import os
from typing import Final

LARGE_BYTES: Final = 2**20

# From glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8


def give_memory_back() -> None:
    """Set it for the rest of this process, before Arrow is imported; without glibc it holds for Arrow alone."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for setting, value in ((_ARENA_MAX, 1), (_TRIM_THRESHOLD, LARGE_BYTES), (_MMAP_THRESHOLD, LARGE_BYTES)):
            mallopt(setting, value)
