"""The commits of a run in the order in which Glue took them, and what can be told of it afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pyiceberg.serializers import FromInputFile

from reference.lake.catalog import open_catalog
from reference.protocol.decisions import COMMIT_ORDER
from reference.protocol.offsets import parse_offsets
from tests.fire.ledger import PARTITIONS, offsets_of
from tests.reference.writer.bench import Bench


class Landed(NamedTuple):
    """A commit that Glue took: the table's short name, and its new metadata file."""

    table: str
    location: str


def commits_gone(bench: Bench, landed: Sequence[Landed]) -> list[str]:
    """Commits that were replaced by others after something had followed them: a later table, or Kafka's own offset."""
    return [*_overtaken(bench, landed), *_ahead_of_the_lake(bench)]


def _overtaken(bench: Bench, landed: Sequence[Landed]) -> Iterator[str]:
    """Of each commit that moved a table ahead of an earlier one, which; the order of commits forbids it."""
    reached: dict[str, Mapping[int, int]] = {table: {} for table in COMMIT_ORDER}
    io = open_catalog(bench.settings).load_table("bronze.orders").io
    for table, location in landed:
        before = reached[table]
        metadata = FromInputFile.table_metadata(io.new_input(location))
        reached[table] = parse_offsets(metadata.properties, bench.topic).next
        for partition, end in reached[table].items():
            if end <= before.get(partition, 0):
                continue
            for earlier in COMMIT_ORDER[: COMMIT_ORDER.index(table)]:
                if (there := reached[earlier].get(partition, 0)) < end:
                    yield f"partition {partition}: {table} went to {end}, and {earlier} was at {there}"


def _ahead_of_the_lake(bench: Bench) -> Iterator[str]:
    lake, told = offsets_of(bench), bench.watch.committed()
    for partition in range(PARTITIONS):
        reached = min(lake[table].next_offset(partition) for table in COMMIT_ORDER)
        if reached < told.get(partition, 0):
            yield f"partition {partition} of the lake ends at {reached}, Kafka was told of {told[partition]}"
