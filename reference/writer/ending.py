"""How a writer is told to end, and how it ends when something in it never returns.

Clients of Kafka may wait forever for an answer and hold the interpreter's lock meanwhile
(https://github.com/confluentinc/librdkafka/issues/4884). Nothing is lost by a writer that dies at any line, so one that
has been told to end does end, and says where it was.
"""

import faulthandler
import signal
import time

END_WITHIN_S = 30
SLICE_S = 0.1


class Stop:
    """Whether to end. Unlike threading.Event it has no lock, which its own thread may hold when a signal comes."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self) -> None:
        """Tell it to end; from anywhere, a signal's handler included."""
        self._is_set = True

    def is_set(self) -> bool:
        """Whether it was told to end."""
        return self._is_set

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until it is told to end."""
        until_s = time.monotonic() + seconds
        while not self._is_set and (left_s := until_s - time.monotonic()) > 0:
            time.sleep(min(left_s, SLICE_S))


def stop_on_signals(stop: Stop, within_s: float = END_WITHIN_S) -> None:
    """Let SIGTERM and SIGINT set `stop`. After `within_s` the process ends with exit code 1 and all threads' stacks.

    SIGABRT, too, has the stacks of a process that hangs written to stderr, and ends it.
    """

    def told(*_: object) -> None:
        stop.set()
        # By a thread that needs nothing of the interpreter.
        faulthandler.dump_traceback_later(within_s, exit=True)

    faulthandler.enable()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, told)
