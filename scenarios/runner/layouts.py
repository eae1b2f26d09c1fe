"""Layouts of silver's rows, and the questions that are put to each: all of it as statements of Athena."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from reports.record import Layout, Share

Day: TypeAlias = Sequence[str]
"""Year, month and day."""

DAY_COLUMNS: Final = ("year", "month", "day")
"""By which silver is partitioned."""

WRITTEN: Final = "silver.orders"
CODEC: Final = "SNAPPY"
"""As the writers have it: else the copies would differ in more than where the rows lie."""

_COPIES: Final[Mapping[Layout, tuple[str, str]]] = {
    # Trino writes a file for each partition and writer; here the rows of a day come together.
    "compacted": (f", partitioning = ARRAY{list(DAY_COLUMNS)}", 'ORDER BY year, month, day, "partition", "offset"'),
    # As they came: then any file, and any part of one, has rows of any day.
    "unpartitioned": ("", 'ORDER BY "offset", "partition"'),
}


def biggest_day(producer: str) -> str:
    """The query of the day that has the most rows of a run."""
    rows = f"{WRITTEN} WHERE producer = '{producer}'"
    return f"SELECT {', '.join(DAY_COLUMNS)} FROM {rows} GROUP BY 1, 2, 3 ORDER BY count(*) DESC, 1, 2, 3 LIMIT 1"


@dataclass(frozen=True)
class Question:
    """One query of a table."""

    days: Share
    columns: Share

    def statement(self, table: str, day: Day, columns: Sequence[str]) -> str:
        """Its text.

        Args:
            day: the one that is asked for, where it is one.
            columns: all that the table has.
        """
        asked = "sum(price)" if self.columns == "one" else ", ".join(f'count("{name}")' for name in columns)
        where = " AND ".join(f"{name} = {value}" for name, value in zip(DAY_COLUMNS, day, strict=True))
        return f"SELECT {asked} FROM {table}" + (f" WHERE {where}" if self.days == "one" else "")


def questions() -> list[Question]:
    """All that are put to each layout, the smallest first."""
    shares: tuple[Share, Share] = ("one", "all")
    return [Question(days, columns) for days, columns in product(shares, shares)]


@dataclass(frozen=True)
class Copies:
    """Copies of silver in a database of their own, one for each other layout.

    Attributes:
        database: its name; whoever else makes copies has another.
        place: a URL for the copies' files, where nothing is yet.
    """

    database: str
    place: str

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Those that there are copies of."""
        return tuple(_COPIES)

    def table(self, layout: Layout) -> str:
        """The copy's name, as the catalog has it."""
        return f"{self.database}.{layout}"

    @property
    def create_database(self) -> str:
        """The statement that makes the database."""
        return f"CREATE DATABASE {self.database}"

    @property
    def drop_database(self) -> str:
        """The statement that removes it, with all copies that are still there."""
        return f"DROP DATABASE IF EXISTS {self.database} CASCADE"

    def create(self, layout: Layout) -> str:
        """The statement that makes a copy."""
        partitioning, order = _COPIES[layout]
        return (
            f"CREATE TABLE {self.table(layout)} WITH (table_type = 'ICEBERG', is_external = false, "
            f"format = 'PARQUET', write_compression = '{CODEC}', location = '{self.place}/{layout}/'{partitioning}) "
            f"AS SELECT * FROM {WRITTEN} {order}"
        )

    def drop(self, layout: Layout) -> str:
        """The statement that removes a copy with its files, if it is there."""
        return f"DROP TABLE IF EXISTS {self.table(layout)}"
