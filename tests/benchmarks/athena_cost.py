"""docs/athena-cost.md, from what `pytest --benchmark --benchmark-json=FILE` wrote.

python -m tests.benchmarks.athena_cost FILE
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Ratios:
    """How many times as much the worse way takes, for all columns of a day but where it says otherwise.

    Attributes:
        partitions: bytes without partitions, to those with them.
        columns: bytes of all columns, to those of one.
        small_bytes, small_requests, small_usd: of small files, to those of one for the day.
    """

    partitions: float
    columns: float
    small_bytes: float
    small_requests: float
    small_usd: float


def ratios(asked: Sequence[QueryCost]) -> Ratios:
    """Of what was measured where requests are counted."""
    of_a_day = {(one.layout, one.columns): one for one in asked if one.days == "one"}
    small, whole = of_a_day["written", "all"], of_a_day["compacted", "all"]
    assert small.s3_requests
    assert whole.s3_requests
    return Ratios(
        partitions=of_a_day["unpartitioned", "all"].scanned_bytes / whole.scanned_bytes,
        columns=whole.scanned_bytes / of_a_day["compacted", "one"].scanned_bytes,
        small_bytes=small.scanned_bytes / whole.scanned_bytes,
        small_requests=small.s3_requests / whole.s3_requests,
        small_usd=small.usd / whole.usd,
    )


def _page(day: str, asked: Sequence[QueryCost]) -> str:
    [compacted_bytes] = {one.table_bytes for one in asked if one.layout == "compacted"}
    rows = "\n".join(_row(one, compacted_bytes) for one in asked)
    usd = read_price_book().usd("athena.scanned")
    return TEXT.read_text().format(day=day, rows=rows, usd=usd, found=ratios(asked))


def _row(one: QueryCost, compacted_bytes: int) -> str:
    asked = f"{'one day' if one.days == 'one' else 'all days'}, {'one column' if one.columns == 'one' else 'all'}"
    of_a_terabyte = one.scanned_bytes / compacted_bytes * read_price_book().usd("athena.scanned")
    return (
        f"| {FILES[one.layout]}: {one.files} | {asked} | {one.scanned_bytes:,} | {one.s3_requests} "
        f"| {one.seconds:.2f} | {1000 * one.usd:.4f} | {of_a_terabyte:.4f} |"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
