"""One of several processes that send a plan together: takes its share from a coordinator, gives its record back.

Run as `python -m loadgen.worker HOST:PORT`, with the key in KEYSTONE_LOAD_KEY.
"""

import os
import sys
import threading

from loadgen.channel import KEY_VARIABLE, ChannelClosed, parse_address
from loadgen.errand import Errand, join
from loadgen.errors import LoadgenError, WorkerError
from loadgen.send_log import SendLog


def work(address: tuple[str, int], key: bytes) -> None:
    """Do one task for the coordinator at `address`.

    Raises:
        WorkerError: there is no coordinator that knows the key, or it went.
    """
    with join(address, key) as errand:
        try:
            errand.give(_send(errand))
        except LoadgenError as error:
            errand.fail(error)
        except ChannelClosed:
            raise WorkerError("the coordinator went, or wants no more") from None


def _send(errand: Errand) -> SendLog:
    task, clock = errand.fetch()
    stop = threading.Event()

    def stop_when_told() -> None:
        errand.await_stop()
        stop.set()

    def start() -> int:
        start_ns = errand.await_start()
        threading.Thread(target=stop_when_told, daemon=True).start()
        return start_ns

    return task.send(task.events(), start=start, clock=clock, progress=errand.report, stop=stop)


if __name__ == "__main__":
    try:
        work(parse_address(sys.argv[1]), os.environ[KEY_VARIABLE].encode())
    except WorkerError as error:
        sys.exit(f"load worker: {error}")
