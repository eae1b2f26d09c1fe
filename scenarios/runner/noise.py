"""How noisy the machine was during a run: other processes' CPU, stolen time, and how late a sleeper wakes."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reports.histogram import Histogram
from reports.record import Noise

MAX_OTHERS = 0.25
"""Of all cores: what is left must do for the run."""
MAX_STOLEN = 0.05
MAX_WAKE_UP_MS = 50.0

_NAP_S = 0.01


@dataclass(frozen=True)
class CpuTimes:
    """Seconds since boot over all cores, from the first line of /proc/stat."""

    busy_s: float
    stolen_s: float
    total_s: float


def read_cpu_times(ticks_per_s: int, text: str | None = None) -> CpuTimes:
    """The counters now (proc(5): user nice system idle iowait irq softirq steal; guest time is in user)."""
    line = (text if text is not None else Path("/proc/stat").read_text()).splitlines()[0]
    user, nice, system, idle, iowait, irq, softirq, steal = (int(word) / ticks_per_s for word in line.split()[1:9])
    busy = user + nice + system + irq + softirq
    return CpuTimes(busy, steal, busy + idle + iowait + steal)


class Sleeper:
    """Sleeps a hundredth of a second again and again, and counts how late it wakes."""

    def __init__(self, now_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._now_ns = now_ns
        self._stop = threading.Event()
        self._late_us: list[int] = []
        self._thread = threading.Thread(target=self._run, name="noise-sleeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> Histogram:
        """End; how late it woke, in microseconds. May be called again."""
        self._stop.set()
        self._thread.join()
        histogram = Histogram()
        histogram.record(self._late_us)
        return histogram

    def _run(self) -> None:
        while not self._stop.is_set():
            asleep = self._now_ns()
            time.sleep(_NAP_S)
            self._late_us.append((self._now_ns() - asleep) // 1000 - int(_NAP_S * 1e6))


def noise(begin: CpuTimes, end: CpuTimes, ours_cpu_s: float, late: Histogram) -> Noise:
    """Judge what else the machine did between two readings.

    Args:
        ours_cpu_s: CPU of the run's own processes in the same time.
        late: how late the sleeper woke, in microseconds.
    """
    total_s = max(end.total_s - begin.total_s, 1e-9)
    others = max(0.0, end.busy_s - begin.busy_s - ours_cpu_s) / total_s
    stolen = (end.stolen_s - begin.stolen_s) / total_s
    quantiles = late.quantiles()
    wake_up_ms = quantiles.p99 if quantiles else 0.0
    found = [
        *[f"other processes used {others:.0%} of the CPU, allowed is {MAX_OTHERS:.0%}"] * (others > MAX_OTHERS),
        *[f"the hypervisor kept {stolen:.0%} of the CPU, allowed is {MAX_STOLEN:.0%}"] * (stolen > MAX_STOLEN),
        *[f"a sleeper woke {wake_up_ms:.0f} ms late (p99), allowed is {MAX_WAKE_UP_MS:.0f} ms"]
        * (wake_up_ms > MAX_WAKE_UP_MS),
    ]
    return Noise(
        others_cpu_share=round(others, 4),
        stolen_share=round(stolen, 4),
        wake_up_p99_ms=wake_up_ms,
        too_noisy=bool(found),
        why="; ".join(found) or "quiet enough to judge time",
    )
