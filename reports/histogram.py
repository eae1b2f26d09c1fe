"""Latency histograms as Gil Tene's HdrHistogram defines them: values to three significant digits, in fixed memory.

Indices and the V2 encoding follow HdrHistogram's Java sources (AbstractHistogram.countsArrayIndex and
encodeIntoByteBuffer, ZigZagEncoding); the logs can be read by any of its tools. Values are whole microseconds.
"""

import base64
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reports.record import Quantiles

Counts: TypeAlias = NDArray[np.int64]

DIGITS: Final = 3
_HALF_BITS: Final = 10
_HALF: Final = 1 << _HALF_BITS
_LARGEST: Final = 2**40 - 1
"""Twelve days in microseconds: longer than any run is late."""
_SLOTS: Final = (41 - _HALF_BITS) * _HALF

_V2 = 0x1C849303 | 0x10
_V2_COMPRESSED = 0x1C849304 | 0x10


class Histogram:
    """Counts of values in microseconds, from 0 to twelve days; values differing by under 0.1% may share a count."""

    def __init__(self, counts: Counts | None = None) -> None:
        self.counts: Counts = np.zeros(_SLOTS, np.int64) if counts is None else counts

    def record(self, microseconds: "NDArray[Any] | list[int]", times: Counts | None = None) -> None:
        """Count values, each once or as many times as it says; those below 0, which two clocks may give, as 0.

        Raises:
            ValueError: a value is above twelve days.
        """
        slots = _slot(_checked(microseconds))
        self.counts += np.bincount(slots, weights=times, minlength=_SLOTS).astype(np.int64)

    @property
    def count(self) -> int:
        """How many values there are."""
        return int(self.counts.sum())

    def value_at(self, quantile: float) -> int:
        """The largest value that shares a count with the one at `quantile`, 0 to 1, as HdrHistogram gives it."""
        rank = max(1, int(np.ceil(quantile * self.count)))
        slot = int(np.searchsorted(np.cumsum(self.counts), rank))
        return _highest(slot)

    def quantiles(self) -> Quantiles | None:
        """The usual ones, in milliseconds; None without values."""
        if self.count == 0:
            return None
        p50, p90, p99, p999, largest = (self.value_at(q) / 1000 for q in (0.5, 0.9, 0.99, 0.999, 1.0))
        return Quantiles(count=self.count, p50=p50, p90=p90, p99=p99, p999=p999, max=largest)

    def encode(self) -> str:
        """The V2 form, deflated and in base64, as a log line has it."""
        counts = _zigzag_runs(self.counts)
        head = struct.pack(">iiiiqqd", _V2, len(counts), 0, DIGITS, 1, _LARGEST, 1.0)
        body = zlib.compress(head + counts)
        return base64.b64encode(struct.pack(">ii", _V2_COMPRESSED, len(body)) + body).decode()


@dataclass(frozen=True)
class HistogramLog:
    """A series read back: when it began, in seconds since 1970 UTC, and the values of each second since."""

    start_s: float
    seconds: Mapping[int, Histogram]

    def total(self) -> Histogram:
        """All seconds together."""
        return Histogram(sum((one.counts for one in self.seconds.values()), np.zeros(_SLOTS, np.int64)))


class HistogramSeries:
    """A histogram for each second of a run, as sparse as its values."""

    def __init__(self) -> None:
        self._keys: Counts = np.empty(0, np.int64)
        self._counts: Counts = np.empty(0, np.int64)

    def record(
        self, seconds: "NDArray[Any]", microseconds: "NDArray[Any]", times: "NDArray[np.int64] | None" = None
    ) -> None:
        """Count values, each in its second, which is 0 or later; see Histogram.record."""
        keys = np.asarray(seconds, np.int64) * _SLOTS + _slot(_checked(microseconds))
        counts = np.ones(keys.size, np.int64) if times is None else times
        self._keys, where = np.unique(np.concatenate([self._keys, keys]), return_inverse=True)
        merged = np.zeros(self._keys.size, np.int64)
        np.add.at(merged, where, np.concatenate([self._counts, counts]))
        self._counts = merged

    def total(self) -> Histogram:
        """All seconds together."""
        return _dense(self._keys % _SLOTS, self._counts)

    def log(self, start_s: float, tag: str) -> str:
        """A histogram log, format 1.3: a line for each second that has values.

        Args:
            start_s: of the run, seconds since 1970 UTC.
        """
        lines = [
            "#[Histogram log format version 1.3]",
            f"#[StartTime: {start_s:.3f} (seconds since epoch)]",
            '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
        ]
        seconds = self._keys // _SLOTS
        for second in np.unique(seconds).tolist():
            begin, end = np.searchsorted(seconds, [second, second + 1])
            histogram = _dense(self._keys[begin:end] % _SLOTS, self._counts[begin:end])
            largest = histogram.value_at(1.0) / 1000
            lines.append(f"Tag={tag},{start_s + second:.3f},1.000,{largest:.3f},{histogram.encode()}")
        return "\n".join(lines) + "\n"


def read_log(text: str) -> HistogramLog:
    """A log that HistogramSeries wrote.

    Raises:
        ValueError: it is no such log.
    """
    start = re.search(r"^#\[StartTime: ([0-9.]+) ", text, re.MULTILINE)
    if start is None:
        raise ValueError("is no histogram log: it names no StartTime")
    start_s, seconds = float(start[1]), {}
    for line in text.splitlines():
        if line.startswith("Tag="):
            _, begin, _, _, encoded = line.split(",")
            seconds[round(float(begin) - start_s)] = decode(encoded)
    return HistogramLog(start_s, seconds)


def decode(encoded: str) -> Histogram:
    """What Histogram.encode wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        return _decode(encoded)
    except (zlib.error, struct.error, IndexError) as error:
        raise ValueError(f"is no whole histogram: {error}") from error


def _decode(encoded: str) -> Histogram:
    outer = base64.b64decode(encoded)
    cookie, length = struct.unpack_from(">ii", outer)
    if cookie != _V2_COMPRESSED:
        raise ValueError(f"is no compressed V2 histogram: its cookie is {cookie:#x}")
    inner = zlib.decompress(outer[8 : 8 + length])
    head = struct.unpack_from(">iiiiqqd", inner)
    if head[0] != _V2 or head[3:6] != (DIGITS, 1, _LARGEST):
        raise ValueError("is no V2 histogram of three digits")
    return Histogram(_counts_of(inner[struct.calcsize(">iiiiqqd") :]))


def _counts_of(runs: bytes) -> Counts:
    """What _zigzag_runs wrote."""
    counts, slot, at = np.zeros(_SLOTS, np.int64), 0, 0
    while at < len(runs):
        value, shift = 0, 0
        while True:
            byte, at = runs[at], at + 1
            value |= (byte if shift == 56 else byte & 0x7F) << shift
            if byte < 0x80 or shift == 56:
                break
            shift += 7
        number = (value >> 1) ^ -(value & 1)
        if number < 0:
            slot -= number
        else:
            counts[slot] = number
            slot += 1
    return counts


def _dense(slots: Counts, counts: Counts) -> Histogram:
    return Histogram(np.bincount(slots, weights=counts, minlength=_SLOTS).astype(np.int64))


def _checked(microseconds: "NDArray[Any] | list[int]") -> Counts:
    values = np.maximum(np.asarray(microseconds, np.int64), 0)
    if values.size and int(values.max()) > _LARGEST:
        raise ValueError(f"{int(values.max())} µs is more than a histogram holds, allowed is at most {_LARGEST}")
    return values


def _slot(values: Counts) -> Counts:
    """HdrHistogram's index: linear below 2,048, then 1,024 slots for each doubling."""
    bits = np.frexp((values | (2 * _HALF - 1)).astype(np.float64))[1].astype(np.int64)
    bucket = bits - (_HALF_BITS + 1)
    return (bucket << _HALF_BITS) + (values >> bucket)


def _highest(slot: int) -> int:
    bucket = max((slot >> _HALF_BITS) - 1, 0)
    return ((slot - (bucket << _HALF_BITS) + 1) << bucket) - 1


def _zigzag_runs(counts: Counts) -> bytes:
    """Each count as a variable-length number; a run of zeros as one negative number."""
    out = bytearray()
    last = -1
    for slot in np.flatnonzero(counts).tolist():
        gap = slot - last - 1
        if gap:
            out += _varint(-gap)
        out += _varint(int(counts[slot]))
        last = slot
    return bytes(out)


def _varint(number: int) -> bytes:
    """ZigZag, then LEB128 of 64 bits, whose ninth byte has eight bits."""
    value = (number << 1) ^ (number >> 63)
    out = bytearray()
    while value >= 0x80 and len(out) < 8:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
