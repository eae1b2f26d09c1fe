"""Stops what a connection of DuckDB's does, whenever it begins to.

An interruption is lost on a connection that does nothing just then, such as that of a statement which is still being
planned. So it is repeated until the statement is over.
"""

from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import Final

AGAIN_S: Final = 0.05


class Interrupter:
    """Interrupts one connection, from its first `stop` on; any thread may call it.

    Attributes:
        stopped: is set once it does.

    Args:
        interrupt: the connection's own.
    """

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self.stopped = Event()
        self._interrupt = interrupt
        self._over = Event()
        self._lock = Lock()  # guards what follows
        self._thread: Thread | None = None

    def stop(self) -> None:
        """Begin to interrupt, without waiting for what comes of it."""
        with self._lock:
            self.stopped.set()
            if self._thread is None and not self._over.is_set():
                self._thread = Thread(target=self._repeat, name="interrupter", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Interrupt no more; only then may the connection be closed."""
        with self._lock:
            self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _repeat(self) -> None:
        while not self._over.is_set():
            self._interrupt()
            self._over.wait(AGAIN_S)
