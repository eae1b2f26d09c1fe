"""A topic's partitions made known to the three tables."""

from collections.abc import Iterable, Mapping

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from reference.errors import TopicRecreated
from reference.lake.iceberg_table import IcebergTable
from reference.protocol.decisions import COMMIT_ORDER
from reference.writer.kafka_topic import TopicIdentity
from reference.writer.registration import register_topic

TOPIC = "orders"
Tables = Mapping[str, IcebergTable]


@pytest.fixture
def tables(catalog: GlueCatalog) -> Tables:
    return {name: IcebergTable(catalog, f"{name}.orders", TOPIC) for name in COMMIT_ORDER}


def run(tables: Tables, partitions: int, log_start: int, topic_id: str = "T") -> None:
    def bounds(asked: Iterable[int]) -> dict[int, tuple[int, int]]:
        return dict.fromkeys(asked, (log_start, log_start + 100))

    identity = TopicIdentity(topic_id, partitions)
    register_topic(tables, TOPIC, identity, bounds, reach=lambda _name: None, pause=lambda _attempt: None)


def starts(tables: Tables) -> dict[str, dict[int, int]]:
    return {name: dict(table.load().start) for name, table in tables.items()}


def test_all_tables_begin_at_the_logs_start(tables: Tables) -> None:
    run(tables, partitions=2, log_start=7)
    assert starts(tables) == {name: {0: 7, 1: 7} for name in COMMIT_ORDER}
    assert tables["silver"].load().next == {0: 7, 1: 7}


def test_registering_again_makes_no_snapshot(tables: Tables) -> None:
    run(tables, partitions=2, log_start=7)
    before = tables["bronze"].table.metadata_location
    run(tables, partitions=2, log_start=50)
    tables["bronze"].load()
    assert tables["bronze"].table.metadata_location == before


def test_later_tables_begin_where_bronze_began_though_the_log_moved_on(tables: Tables) -> None:
    run({"bronze": tables["bronze"], "quarantine": tables["bronze"], "silver": tables["bronze"]}, 2, log_start=3)
    run(tables, partitions=2, log_start=9)
    assert starts(tables) == {name: {0: 3, 1: 3} for name in COMMIT_ORDER}


def test_a_partition_added_later_begins_at_its_own_logs_start_and_the_others_stay(tables: Tables) -> None:
    run(tables, partitions=1, log_start=4)
    run(tables, partitions=2, log_start=0)
    assert starts(tables) == {name: {0: 4, 1: 0} for name in COMMIT_ORDER}


def test_a_topic_made_anew_is_refused(tables: Tables) -> None:
    run(tables, partitions=1, log_start=0)
    with pytest.raises(TopicRecreated):
        run(tables, partitions=1, log_start=0, topic_id="another")
