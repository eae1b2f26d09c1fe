"""The line that a run shows: what is known at that moment."""

import numpy as np

from chaos.freeze import Freeze
from loadgen.send_log import Latencies, Sent
from scenarios.runner.live import LiveLine

FREEZE = Freeze(at_s=0, part="writer-1")


def sent(planned: int, ok: int, failed: int, latencies_ns: list[int]) -> Sent:
    us = np.array(latencies_ns, np.int64) // 1000
    return Sent(planned, planned, ok, failed, 0, Latencies(np.zeros_like(us), us, np.ones_like(us)))


def test_the_line_has_rate_counts_lag_latency_and_faults() -> None:
    now, lines = [0.0], list[str]()
    live = LiveLine(lines.append, lambda: now[0])
    live.sending(sent(10, 0, 0, []), 1_000, None, [])
    now[0] = 0.5
    live.sending(sent(600, 500, 2, [2_000_000] * 500), 1_000, 1_234, [FREEZE])
    assert lines[0] == "load: 0/s  sent 10 of 1,000  acked 0  failed 0  lag unknown  p99 -"
    assert lines[1] == "load: 1,000/s  sent 600 of 1,000  acked 500  failed 2  lag 1,234  p99 2.0 ms  [freeze writer-1]"


def test_only_the_last_seconds_count() -> None:
    now, lines = [0.0], list[str]()
    live = LiveLine(lines.append, lambda: now[0])
    live.sending(sent(1, 1, 0, [9_000_000_000]), 10, 0, [])
    now[0] = 5.0
    live.sending(sent(2, 2, 0, [1_000_000]), 10, 0, [])
    assert lines[1].endswith("p99 1.0 ms")


def test_draining_shows_the_lag() -> None:
    lines: list[str] = []
    LiveLine(lines.append, lambda: 0.0).draining(7, [FREEZE])
    assert lines == ["drain: lag 7  [freeze writer-1]"]
