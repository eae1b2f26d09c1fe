"""Arrival plans: when each event is due, fixed before the first is sent.

An open-loop generator must not let a slow system delay its questions, or the system's worst moments would be asked
about least. So a plan is a pure function of the event's number.
"""


def intended_offset_ns(index: int, rate: float) -> int:
    """When event `index` (from 0) is due at a constant `rate` in events a second: nanoseconds after the start."""
    return int(index * 1_000_000_000 / rate)
