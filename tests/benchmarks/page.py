"""docs/benchmarks.md, from what `pytest --benchmark --benchmark-json=FILE` wrote.

python -m tests.benchmarks.page FILE
"""

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PACKAGES = ("confluent-kafka", "grpcio", "moto", "pyarrow", "pyiceberg")


def main(results: Path) -> None:
    """Write the page."""
    PAGE.write_text(_page(json.loads(results.read_text())))
    print(PAGE.read_text())


def _page(results: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cpu = results["machine_info"].get("cpu", {}).get("brand_raw", platform.machine())
    machine = f"{os.cpu_count()} cores ({cpu}), Python {platform.python_version()}, {packages}"
    benchmarks = results["benchmarks"]
    loads = [one["extra_info"]["load_average"] for one in benchmarks]
    lines = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {results['datetime'][:10]}: {machine};",
        f"load average {min(loads):.1f} to {max(loads):.1f}, what is measured included. Medians, with the lowest and",
        "the highest, and how many rounds. What is compared is measured in turn within each round.",
        "",
        "| what | median | range | rounds |",
        "| --- | ---: | ---: | ---: |",
        *[_row(figure) for one in benchmarks for figure in one["extra_info"]["figures"]],
    ]
    return "\n".join(lines) + "\n"


def _row(figure: dict[str, Any]) -> str:
    spread = f"{figure['min']:,.2f} to {figure['max']:,.2f}"
    return f"| {figure['what']} | {figure['p50']:,.2f} {figure['unit']} | {spread} | {len(figure['values'])} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
