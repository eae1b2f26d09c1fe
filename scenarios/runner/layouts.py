"""Layouts of silver's rows, and the questions that are put to each: all of it as statements of Athena."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, TypeAlias

Layout: TypeAlias = Literal["written", "compacted", "unpartitioned"]
Share: TypeAlias = Literal["one", "all"]
Day: TypeAlias = Sequence[str]
"""Year, month and day."""

DAY_COLUMNS: Final = ("year", "month", "day")
"""By which silver is partitioned."""

DATABASE: Final = "keystone_query_costs"
"""Of copies, which live as long as they are asked."""

BIGGEST_DAY: Final = (
    f"SELECT {', '.join(DAY_COLUMNS)} FROM silver.orders GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 1, 2, 3 LIMIT 1"
)
CREATE_DATABASE: Final = f"CREATE DATABASE IF NOT EXISTS {DATABASE}"
DROP_DATABASE: Final = f"DROP DATABASE IF EXISTS {DATABASE}"

_COPIES: Final[Mapping[Layout, tuple[str, str]]] = {
    # Trino writes a file for each partition and writer; here the rows of a day come together.
    "compacted": (f", partitioning = ARRAY{list(DAY_COLUMNS)}", 'ORDER BY year, month, day, "partition", "offset"'),
    # As they came: then any file, and any part of one, has rows of any day.
    "unpartitioned": ("", 'ORDER BY "offset", "partition"'),
}
COPIES: Final = tuple(_COPIES)


@dataclass(frozen=True)
class Question:
    """One query of a layout."""

    layout: Layout
    days: Share
    columns: Share

    def statement(self, day: Day, columns: Sequence[str]) -> str:
        """Its text.

        Args:
            day: the one that is asked for, where it is one.
            columns: all that the table has.
        """
        asked = "sum(price)" if self.columns == "one" else ", ".join(f'count("{name}")' for name in columns)
        where = " AND ".join(f"{name} = {value}" for name, value in zip(DAY_COLUMNS, day, strict=True))
        return f"SELECT {asked} FROM {table(self.layout)}" + (f" WHERE {where}" if self.days == "one" else "")


def questions(layout: Layout) -> list[Question]:
    """All that are put to a layout, the smallest first."""
    shares: tuple[Share, Share] = ("one", "all")
    return [Question(layout, days, columns) for days, columns in product(shares, shares)]


def table(layout: Layout) -> str:
    """Its name, as the catalog has it."""
    return "silver.orders" if layout == "written" else f"{DATABASE}.{layout}"


def create_copy(layout: Layout, location: str) -> str:
    """The statement that makes it.

    Args:
        location: a URL for its files, where nothing is yet.
    """
    partitioning, order = _COPIES[layout]
    return (
        f"CREATE TABLE {table(layout)} WITH (table_type = 'ICEBERG', is_external = false, format = 'PARQUET', "
        f"location = '{location}'{partitioning}) AS SELECT * FROM silver.orders {order}"
    )


def drop_copy(layout: Layout) -> str:
    """The statement that removes it with its files, if it is there."""
    return f"DROP TABLE IF EXISTS {table(layout)}"
