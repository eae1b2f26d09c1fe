"""What `make bench` measures.

    python -m tests.benchmarks

Writes docs/benchmarks.md. Every figure is the median of its runs, with the lowest and highest beside it.
"""

import os
import platform
import statistics
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import audit, first_run, generator

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"

Row = tuple[str, str, list[float]]


def main() -> None:
    """Measure and write the page."""
    with tempfile.TemporaryDirectory(prefix="keystone-bench-") as folder:
        rows = [*first_run.rows(Path(folder)), *generator.rows(), *audit.rows(Path(folder))]
    PAGE.write_text(_page(rows))
    print(PAGE.read_text())


def _page(rows: list[tuple[str, str, list[float]]]) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("confluent-kafka", "moto", "pyarrow", "pyiceberg"))
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {packages}"
    load = f"load average {os.getloadavg()[0]:.1f} at the end"
    lines = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {machine}; {load}.",
        "Medians, with the lowest and the highest, and how many runs.",
        "",
        "| what | median | range | runs |",
        "| --- | ---: | ---: | ---: |",
        *[_row(what, unit, values) for what, unit, values in rows],
    ]
    return "\n".join(lines) + "\n"


def _row(what: str, unit: str, values: list[float]) -> str:
    spread = f"{min(values):,.2f} to {max(values):,.2f}"
    return f"| {what} | {statistics.median(values):,.2f} {unit} | {spread} | {len(values)} |"


if __name__ == "__main__":
    main()
