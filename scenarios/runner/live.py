"""What a run shows while it is under way: one line, made of what is known at that moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chaos.catalogue import AnyFault
from loadgen.send_log import Latencies, Sent
from reports.histogram import Histogram

WINDOW_S = 2.0


@dataclass
class LiveLine:
    """Rate and latency of the last two seconds beside the counts so far."""

    show: Callable[[str], None]
    now_s: Callable[[], float]
    _past: list[tuple[float, int, Latencies]] = field(default_factory=list)

    def sending(self, sent: Sent, of: int, lag: int | None, faults: Sequence[AnyFault]) -> None:
        """While events are sent."""
        now_s = self.now_s()
        self._past.append((now_s, sent.ok, sent.latencies))
        self._past = [entry for entry in self._past if entry[0] >= now_s - WINDOW_S]
        (first_s, first_ok, _), (last_s, last_ok, _) = self._past[0], self._past[-1]
        rate = (last_ok - first_ok) / (last_s - first_s) if last_s > first_s else 0.0
        recent = Histogram()
        for _, _, latencies in self._past:
            recent.record(latencies.us, latencies.counts)
        p99 = f"p99 {recent.value_at(0.99) / 1000:,.1f} ms" if recent.count else "p99 -"
        self.show(
            f"load: {rate:,.0f}/s  sent {sent.planned:,} of {of:,}  acked {sent.ok:,}  failed {sent.failed:,}  "
            f"{_lag(lag)}  {p99}{_broken(faults)}"
        )

    def draining(self, lag: int | None, faults: Sequence[AnyFault]) -> None:
        """While the rest is waited for."""
        self.show(f"drain: {_lag(lag)}{_broken(faults)}")


def _lag(lag: int | None) -> str:
    return "lag unknown" if lag is None else f"lag {lag:,}"


def _broken(faults: Sequence[AnyFault]) -> str:
    return "".join(f"  [{fault.fault} {fault.part}]" for fault in faults)
