"""How many rows each day of a table has, by its manifests alone."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from reference.lake.columns import DAY_COLUMNS

if TYPE_CHECKING:
    from pyiceberg.table import Table


def day_counts(table: "Table") -> Mapping[date, int]:
    """Day → rows, of a table that is partitioned by DAY_COLUMNS and has no row-level deletes."""
    found: dict[date, int] = defaultdict(int)
    for task in table.scan(selected_fields=DAY_COLUMNS).plan_files():
        year, month, day = (int(value) for value in iter(task.file.partition))
        found[date(year, month, day)] += task.file.record_count
    return found
