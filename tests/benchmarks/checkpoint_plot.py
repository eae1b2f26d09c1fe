"""The picture of what the checkpoint's worker holds, from what `pytest --benchmark --benchmark-json=FILE` wrote.

python -m tests.benchmarks.checkpoint_plot FILE
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

PICTURE: Final = Path(__file__).parents[2] / "docs" / "images" / "checkpoint-memory.svg"
LINES: Final = {
    "athena": ("on Athena", "#1f6feb", "o-"),
    "pandas": ("Great Expectations' pandas engine", "#9aa5b1", "s-"),
}


def main(results: Path) -> None:
    """Draw it."""
    benchmarks = json.loads(results.read_text())["benchmarks"]
    [found] = [one["extra_info"]["checkpoint"] for one in benchmarks if "checkpoint" in one["extra_info"]]
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    memory, time = figure.subplots(1, 2)
    _lines(memory, "peak of the worker's memory above its imports, MB", 1, found)
    _lines(time, "time of the checkpoint, s", 2, found)
    figure.legend(*memory.get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    figure.savefig(PICTURE, metadata={"Date": None})


def _lines(axes: Axes, title: str, column: int, found: Mapping[str, Sequence[Sequence[float]]]) -> None:
    rows: list[float] = []
    for name, (label, color, form) in LINES.items():
        rows = [row[0] for row in found[name]]
        values = [row[column] for row in found[name]]
        axes.plot(rows, values, form, color=color, label=label)
        for at, value in enumerate(values):
            is_above = value >= max(one[at][column] for one in found.values())
            text = f"{value:,.0f}" if value >= 20 else f"{value:.1f}"
            away = (0, 6 if is_above else -14)
            axes.annotate(text, (rows[at], value), away, textcoords="offset points", ha="center")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(0.12, 0.2)
    axes.set_xticks(rows, [f"{count / 1e6:g} M" for count in rows])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:,.6g}")
    axes.set_xlabel("rows of the day")
    axes.set_title(title, fontsize=10)
    axes.grid(which="major", color="#e5e8eb")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
