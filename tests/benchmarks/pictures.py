"""The pictures of the docs: made-up orders beside the figures they follow, and a report.

python -m tests.benchmarks.pictures RUN_FOLDER
"""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from loadgen.generated import GeneratedOrders
from loadgen.olist_profile import figures
from loadgen.order_settings import OrderSettings

IMAGES: Final = Path(__file__).parents[2] / "docs" / "images"
ORDERS: Final = 100_000
KNOWN, MADE = "#9aa5b1", "#1f6feb"


def main(run_folder: Path) -> None:
    """Draw both; `run_folder` has a report.html."""
    IMAGES.mkdir(exist_ok=True)
    _draw_generator(IMAGES / "generator.svg")
    _photograph(run_folder / "report.html", IMAGES / "report.png")


def _draw_generator(path: Path) -> None:
    settings = OrderSettings(seed=1, first_day=date(2016, 9, 1), last_day=date(2018, 10, 31))
    orders = [json.loads(event.payload) for event in GeneratedOrders(ORDERS, settings)]
    moments = [datetime.fromisoformat(order["order_purchase_timestamp"]) for order in orders]
    items = [item for order in orders for item in order["items"]]
    known = figures()
    figure = Figure(figsize=(9, 8.5), layout="constrained")
    (status, state), (hour, month), (price, freight) = figure.subplots(3, 2)
    statuses = {name: one["orders"] for name, one in known["statuses"].items()}
    _bars(status, "status, share (log)", statuses, Counter(order["order_status"] for order in orders))
    status.set_yscale("log")
    _bars(state, "state, share", dict(list(known["states"].items())[:12]), Counter(o["customer_state"] for o in orders))
    hours = {str(h): sum(day[h] for day in known["weekday_hours"]) for h in range(24)}
    _bars(hour, "hour of purchase, share", hours, Counter(str(moment.hour) for moment in moments))
    _bars(month, "month of purchase, share", known["months"], Counter(f"{moment:%Y-%m}" for moment in moments))
    month.set_xticks(month.get_xticks()[::4])
    _quantiles(price, "price of an item, quantiles", known["item_price"], [item["price"] for item in items])
    _quantiles(freight, "freight of an item", known["item_freight"], [item["freight_value"] for item in items])
    figure.legend(*status.get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False)
    figure.savefig(path, metadata={"Date": None})


def _bars(axes: Axes, title: str, known: Mapping[str, float], made: Counter[str]) -> None:
    total, count = sum(known.values()), sum(made[name] for name in known)
    at = np.arange(len(known))
    axes.bar(at - 0.2, [value / total for value in known.values()], 0.4, color=KNOWN, label="figures of the data set")
    axes.bar(at + 0.2, [made[name] / count for name in known], 0.4, color=MADE, label=f"{ORDERS:,} made-up orders")
    axes.set_xticks(at, list(known), rotation=90 if len(known) > 12 else 30, fontsize=8)
    axes.set_title(title, fontsize=10)


def _quantiles(axes: Axes, title: str, known: Mapping[str, float], made: Sequence[float]) -> None:
    found = [np.quantile(made, float(name[1:]) / 100) for name in known]
    at: Any = np.arange(len(known))
    axes.plot(at, list(known.values()), "o", color=KNOWN, markersize=9)
    axes.plot(at, found, "x", color=MADE)
    axes.set_xticks(at, list(known), rotation=30, fontsize=8)
    axes.set_yscale("symlog")
    axes.set_ylim(0, 3 * max(known.values()))
    axes.set_title(title, fontsize=10)


def _photograph(page: Path, path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        sys.exit("chromium is not installed: requirements/apt-test.txt has it for Debian")
    size = ["--window-size=1200,1500", "--hide-scrollbars", f"--screenshot={path}"]
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", *size, page.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
