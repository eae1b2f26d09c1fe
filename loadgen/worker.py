"""One of several processes that send a plan together: takes its share from a coordinator, gives its record back.

Run as `python -m loadgen.worker HOST:PORT`, with the key in KEYSTONE_LOAD_KEY.
"""

import os
import sys
import threading
from collections.abc import Callable

from loadgen.channel import KEY_VARIABLE, ChannelClosed, parse_address
from loadgen.errand import Errand, join
from loadgen.errors import LoadgenError, WorkerError
from loadgen.send_log import SendLog


def work(address: tuple[str, int], key: bytes, tell: Callable[[str], None] = lambda _text: None) -> None:
    """Do one task for the coordinator at `address`, and `tell` how far it is.

    Raises:
        WorkerError: there is no coordinator that knows the key, or it went.
    """
    with join(address, key) as errand:
        try:
            tell(f"joined {address[0]}:{address[1]}, which waits for all its workers")
            log = _send(errand, tell)
            errand.give(log)
            tell(f"its record of {log.planned:,} events is there")
        except LoadgenError as error:
            errand.fail(error)
        except ChannelClosed:
            raise WorkerError("the coordinator went, or wants no more") from None


def _send(errand: Errand, tell: Callable[[str], None]) -> SendLog:
    task, clock = errand.fetch()
    share = task.client.share
    tell(f"share {share.index + 1} of {share.of}, to {task.client.server}; waiting for the start")
    stop = threading.Event()

    def stop_when_told() -> None:
        errand.await_stop()
        stop.set()

    def start() -> int:
        start_ns = errand.await_start()
        tell("sending")
        threading.Thread(target=stop_when_told, daemon=True).start()
        return start_ns

    return task.send(task.events(), start=start, clock=clock, progress=errand.report, stop=stop)


if __name__ == "__main__":
    try:
        work(parse_address(sys.argv[1]), os.environ[KEY_VARIABLE].encode())
    except WorkerError as error:
        sys.exit(f"load worker: {error}")
