"""The charts of a report, as SVG that takes its colours from the page, so that it fits light, dark and print."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from reports.histogram import Histogram
from reports.record import FaultRecord

WIDTH_IN: Final = 5.6
_COLOURS: Final = {
    "ink": "#0a0a01",
    "faint": "#0a0a02",
    "grid": "#0a0a03",
    "first": "#0a0a11",
    "second": "#0a0a12",
    "third": "#0a0a13",
    "fourth": "#0a0a14",
    "fault": "#0a0a15",
}
"""Each stands for a variable of the page's style sheet."""

_STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 8.5,
    "text.color": _COLOURS["ink"],
    "axes.labelcolor": _COLOURS["ink"],
    "axes.edgecolor": _COLOURS["faint"],
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _COLOURS["grid"],
    "grid.linewidth": 0.6,
    "xtick.color": _COLOURS["faint"],
    "ytick.color": _COLOURS["faint"],
    "xtick.labelcolor": _COLOURS["ink"],
    "ytick.labelcolor": _COLOURS["ink"],
    "lines.linewidth": 1.5,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}

HOPS: Final = {
    "ack": ("acked, from the intended time", "first", "-"),
    "ack_raw": ("acked, from the actual sending", "first", ":"),
    "bronze": ("in bronze", "second", "-"),
    "silver": ("in silver", "third", "-"),
    "gold": ("in gold", "fourth", "-"),
}
"""A hop's label, colour and line."""


@dataclass(frozen=True)
class Timeline:
    """What happened over a run, seconds since its first phase began; each series has its own times.

    Attributes:
        rate: "due" and "acked" → times and events a second.
        lag: times and records.
        p99_ms: hop → times and the 99th percentile of the events due in that second.
    """

    rate: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]
    lag: tuple[NDArray[Any], NDArray[Any]]
    p99_ms: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]
    faults: Sequence[FaultRecord]


def latency_by_percentile(hops: Mapping[str, Histogram]) -> str:
    """Latency over the share of events that had at most that much, the rare ones spread out as far as they go."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH_IN, 3.6))
        axes = figure.subplots()
        most = max((histogram.count for histogram in hops.values()), default=1)
        nines = np.linspace(0, max(1.0, np.log10(max(most, 10))), 240)
        for name, histogram in hops.items():
            label, colour, line = HOPS[name]
            reach = nines[nines <= np.log10(max(histogram.count, 1)) + 1e-9]
            values = [histogram.value_at(1 - 10.0**-n) / 1000 for n in reach]
            axes.plot(reach, values, line, color=_COLOURS[colour], label=label)
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(_milliseconds))
        ticks = range(int(nines[-1]) + 1)
        axes.set_xticks(list(ticks), [_percentile(n) for n in ticks])
        axes.set_xlabel("percentile of events")
        if hops:
            figure.legend(loc="outside upper left", ncols=2)
        return _svg(figure, "latency")


def timeline(seen: Timeline) -> str:
    """Rate, lag and latency over one axis of time, with the faults as spans."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH_IN, 5.6))
        rate, lag, latency = figure.subplots(3, 1, sharex=True)
        for (label, (at, values)), colour in zip(seen.rate.items(), ("faint", "first"), strict=True):
            rate.plot(at, values, color=_COLOURS[colour], label=label)
        rate.set_ylabel("events/s")
        lag.plot(*seen.lag, color=_COLOURS["fourth"])
        lag.set_ylabel("lag, records")
        for name, (at, values) in seen.p99_ms.items():
            label, colour, line = HOPS[name]
            latency.plot(at, values, line, color=_COLOURS[colour], label=label)
        latency.set_yscale("log")
        latency.yaxis.set_major_formatter(FuncFormatter(_milliseconds))
        latency.set_ylabel("p99 of each second")
        latency.set_xlabel("seconds since the first phase began")
        for axes in (rate, lag):
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        for axes in (rate, lag, latency):
            _mark_faults(axes, seen.faults, named=axes is rate)
        latency_lines = latency.get_legend_handles_labels()
        rate.legend(loc="lower left", ncols=2)
        figure.legend(*latency_lines, loc="outside lower left", ncols=2)
        return _svg(figure, "timeline")


def bars(values: Mapping[str, float], unit: str, name: str) -> str:
    """A bar for each value, the first on top."""
    with mpl.rc_context(_STYLE | {"axes.grid.axis": "x"}):
        figure = Figure(figsize=(WIDTH_IN, 0.5 + 0.28 * max(len(values), 1)))
        axes = figure.subplots()
        axes.barh(list(values), list(values.values()), color=_COLOURS["first"], height=0.6)
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.set_axisbelow(True)
        return _svg(figure, name)


def _mark_faults(axes: Axes, faults: Sequence[FaultRecord], *, named: bool) -> None:
    for fault in faults:
        if fault.began_s is None or fault.ended_s is None:
            continue
        axes.axvspan(fault.began_s, fault.ended_s, color=_COLOURS["fault"], alpha=0.18, linewidth=0)
        if named:
            axes.annotate(
                f"{fault.fault} {fault.part}",
                (fault.began_s, 1),
                xycoords=("data", "axes fraction"),
                xytext=(0, 2),
                textcoords="offset points",
                va="bottom",
                fontsize=7.5,
            )


def _milliseconds(value: float, _position: int) -> str:
    return f"{value / 1000:g} s" if value >= 1000 else f"{value:g} ms"


def _percentile(nines: int) -> str:
    return "0" if nines == 0 else f"{100 * (1 - 10.0**-nines):.{max(nines - 2, 0)}f}"


def _svg(figure: Figure, name: str) -> str:
    """The figure without a size of its own, its ids apart from those of other figures on the page."""
    with io.StringIO() as out, mpl.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(
        r'<svg[^>]*?viewBox="([^"]*)"[^>]*>', rf'<svg viewBox="\1" role="img" aria-label="{name}">', text, count=1
    )
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    text = re.sub(r'xlink:href="#', f'href="#{name}-', text)
    for variable, colour in _COLOURS.items():
        text = text.replace(colour, f"var(--{variable})")
    return text
