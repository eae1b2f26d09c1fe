"""The lake's tables on a model: what a commit that landed makes of them, and what must hold afterwards.

Rows are the bits of an integer: record `offset` of partition `p` is bit `p * offsets + offset`. Those that a replay put
into silver come after them, in the same order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_, or_
from typing import NamedTuple

from reference.protocol.effects import Append, LiveFile
from reference.protocol.offsets import Range, TableOffsets, parse_offsets, registration_properties

NAMES = ("bronze", "quarantine", "silver")
TOPIC, TOPIC_ID = "orders", "T"

Properties = tuple[tuple[str, str], ...]


class Violation(Exception):
    """Something that must never be."""


class TableState(NamedTuple):
    """One table; `files` has the rows of each data file, or nothing where nobody puts files together."""

    properties: Properties
    rows: int
    files: tuple[int, ...]


@dataclass(frozen=True)
class Records:
    """The log: so many partitions of so many records, and which of them a decoder finds no order in.

    Attributes:
        fails: masks of the failing records, one of which each decode goes by. More than one is a fleet in which a
            schema is registered, or a decoder upgraded, in the middle.
    """

    partitions: int
    offsets: int
    fails: tuple[int, ...]

    @property
    def all(self) -> int:
        """Every record."""
        return (1 << (self.partitions * self.offsets)) - 1

    @property
    def ever_failing(self) -> int:
        """Records that some decode fails on."""
        return reduce(or_, self.fails)

    @property
    def always_failing(self) -> int:
        """Records that every decode fails on."""
        return reduce(and_, self.fails)

    def mask(self, ranges: Iterable[Range]) -> int:
        """The records of some ranges."""
        return sum(1 << (r.partition * self.offsets + offset) for r in ranges for offset in range(r.first, r.end))

    def replayed(self, table: TableState) -> int:
        """The records that replays have put into silver."""
        return table.rows >> (self.partitions * self.offsets)

    def coordinates(self, mask: int) -> frozenset[tuple[int, int]]:
        """Partition and offset of some records."""
        numbers = range(self.partitions * self.offsets)
        return frozenset(divmod(number, self.offsets) for number in numbers if mask >> number & 1)

    def past(self, table: TableState) -> int:
        """The records that a table's next offsets say it is past."""
        return self.mask(Range(p, 0, end) for p, end in view(table.properties).next.items())


@cache
def view(properties: Properties) -> TableOffsets:
    """A table's properties as a writer reads them."""
    return parse_offsets(dict(properties), TOPIC)


def empty(records: Records) -> TableState:
    """A table that knows the partitions and has no row."""
    starts = dict.fromkeys(range(records.partitions), 0)
    properties = registration_properties(TOPIC, TOPIC_ID, records.partitions, starts)
    return TableState(tuple(sorted(properties.items())), 0, ())


def live_files(table: TableState) -> tuple[LiveFile, ...]:
    """The table's data files, each named by its rows."""
    return tuple(LiveFile(str(rows), "", 1) for rows in table.files)


def pin_name(records: Records, fail: int, ranges: tuple[Range, ...]) -> str:
    """The name of a pin of these ranges, of which the records `fail` failed. No other batch that lands has the same."""
    spelled = "+".join(f"{r.partition}.{r.first}.{r.end}" for r in ranges)
    return f"{fail & records.mask(ranges)}-{spelled}"


def append_to(records: Records, table: TableState, append: Append, pin: str, has_files: bool) -> TableState:
    """The table after an append of what its ranges add to it, decoded as the pin says."""
    failed = int(pin.partition("-")[0])
    belonging = {"bronze": records.all, "quarantine": failed, "silver": records.all & ~failed}[append.table]
    rows = records.mask(append.ranges) & belonging
    if rows & table.rows:
        raise Violation(f"{append.table} has rows {rows & table.rows:b} twice")
    properties = {key: value for key, value in table.properties if key not in append.removals}
    properties |= append.properties
    files = tuple(sorted((*table.files, rows))) if has_files and rows else table.files
    return TableState(tuple(sorted(properties.items())), table.rows | rows, files)


def replay_into(records: Records, silver: TableState, append: Append, replay: str, has_files: bool) -> TableState:
    """Silver after a replay of the records `replay` says: all that decoded, and of those the ones in its files."""
    decoded, appended = map(int, replay.split("/"))
    if appended & records.replayed(silver):
        raise Violation(f"records {appended & records.replayed(silver):b} are replayed twice")
    if missing := decoded & ~(appended | records.replayed(silver)):
        raise Violation(f"a replay is past records {missing:b}, and nobody has replayed them")
    rows = appended << (records.partitions * records.offsets)
    files = tuple(sorted((*silver.files, rows))) if has_files and rows else silver.files
    properties = {**dict(silver.properties), **append.properties}
    return TableState(tuple(sorted(properties.items())), silver.rows | rows, files)


def swapped(table: TableState, inputs: Iterable[str]) -> TableState:
    """The table after a compaction."""
    merged = [int(path) for path in inputs]
    files = tuple(sorted([rows for rows in table.files if rows not in merged] + [sum(merged)]))
    if sum(files) != table.rows or any(a & b for i, a in enumerate(files) for b in files[:i]):
        raise Violation(f"a compaction of files {merged} made of {table.files} the files {files}")
    return table._replace(files=files)


def check(records: Records, tables: tuple[TableState, ...]) -> None:
    """What holds after every commit, whoever is under way. Raises Violation if it does not."""
    bronze, quarantine, silver = tables
    in_bronze, in_quarantine, in_silver = (records.past(table) for table in tables)
    if in_quarantine & ~in_bronze or in_silver & ~in_quarantine:
        raise Violation("the next offsets are not in the order of commits")
    if bronze.rows != in_bronze:
        raise Violation(f"bronze has rows {bronze.rows:b} and is past {in_bronze:b}")
    if quarantine.rows & silver.rows:
        raise Violation(f"rows {quarantine.rows & silver.rows:b} are in quarantine and in silver")
    if quarantine.rows & ~in_quarantine or silver.rows & records.all & ~in_silver:
        raise Violation("a table has rows that it is not past")
    if quarantine.rows & ~records.ever_failing or silver.rows & records.always_failing:
        raise Violation("a row is where no decoder puts it")
    if records.replayed(silver) & ~(quarantine.rows & in_silver):
        raise Violation("what was replayed is not in quarantine, or was not yet on its first way")
    if nowhere := in_silver & ~(quarantine.rows | silver.rows):
        raise Violation(f"rows {nowhere:b} are in neither quarantine nor silver")
