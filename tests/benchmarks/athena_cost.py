"""docs/athena-cost.md, from what `pytest --benchmark --benchmark-json=FILE` wrote.

python -m tests.benchmarks.athena_cost FILE
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from reports.price_book import read_price_book
from reports.record import QueryCost

PAGE: Final = Path(__file__).parents[2] / "docs" / "athena-cost.md"
TEXT: Final = Path(__file__).with_suffix(".md.in")
FILES: Final = {"written": "as written, small", "compacted": "one for each day", "unpartitioned": "without partitions"}


def main(results: Path) -> None:
    """Write the page."""
    found = json.loads(results.read_text())
    [asked] = [one["extra_info"]["queries"] for one in found["benchmarks"] if "queries" in one["extra_info"]]
    PAGE.write_text(_page(found["datetime"][:10], [QueryCost.model_validate(one) for one in asked]))
    print(PAGE.read_text())


def _page(day: str, asked: Sequence[QueryCost]) -> str:
    by_key = {(one.layout, one.days, one.columns): one for one in asked}
    small, whole = by_key["written", "one", "all"], by_key["compacted", "one", "all"]
    column, scattered = by_key["compacted", "one", "one"], by_key["unpartitioned", "one", "all"]
    return TEXT.read_text().format(
        day=day,
        rows="\n".join(_row(one, by_key["compacted", "all", "all"].table_bytes) for one in asked),
        partitions=scattered.scanned_bytes / whole.scanned_bytes,
        columns=whole.scanned_bytes / column.scanned_bytes,
        small_bytes=small.scanned_bytes / whole.scanned_bytes,
        small_requests=(small.s3_requests or 0) / (whole.s3_requests or 1),
        usd=read_price_book().usd("athena.scanned"),
    )


def _row(one: QueryCost, compacted_bytes: int) -> str:
    asked = f"{'one day' if one.days == 'one' else 'all days'}, {'one column' if one.columns == 'one' else 'all'}"
    of_a_terabyte = one.scanned_bytes / compacted_bytes * read_price_book().usd("athena.scanned")
    return (
        f"| {FILES[one.layout]}: {one.files} | {asked} | {one.scanned_bytes:,} | {one.s3_requests} "
        f"| {one.seconds:.2f} | {1000 * one.usd:.4f} | {of_a_terabyte:.4f} |"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
