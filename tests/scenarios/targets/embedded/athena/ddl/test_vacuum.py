"""VACUUM takes old snapshots and what none names; rows, properties and young files stay."""

import pyarrow as pa
import pytest
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table
from pyiceberg.table.statistics import PartitionStatisticsFile, StatisticsFile
from pyiceberg.table.update import SetPartitionStatisticsUpdate

from reference.protocol.offsets import ORPHAN_GRACE
from reference.protocol.pins import PIN_PREFIX
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.lakes import TestLake

SCHEMA = pa.schema([("id", pa.int64())])
NOW = {"vacuum_max_snapshot_age_seconds": "0"}
NO_GRACE = {ORPHAN_GRACE: "-10"}


def made(lake: TestLake, **properties: str) -> Table:
    table = lake.make("t", SCHEMA, (), **properties)
    for number in range(3):
        table.append(pa.table({"id": [number]}, SCHEMA))
    return table


def test_old_snapshots_go_but_for_those_that_are_kept(lake: TestLake) -> None:
    table = made(lake, **NOW, **{"vacuum_min_snapshots_to_keep": "2", "keystone.next-offset": "7"})
    lake.do("VACUUM t")
    assert len(table.refresh().snapshots()) == 2
    assert lake.rows("t", ["id"]) == [(0,), (1,), (2,)]
    assert table.properties["keystone.next-offset"] == "7"


def test_young_snapshots_stay(lake: TestLake) -> None:
    table = made(lake)
    lake.do("vacuum db.t")
    assert len(table.refresh().snapshots()) == 3


def test_files_that_nothing_names_go(lake: TestLake) -> None:
    table = made(lake, **NOW, **NO_GRACE)
    lake.put("t/data/orphan.parquet", b"x")
    lake.put("t2/data/others.parquet", b"x")
    table.overwrite(pa.table({"id": [9]}, SCHEMA))
    lake.do("VACUUM t")
    assert lake.rows("t", ["id"]) == [(9,)]
    assert len(list(lake.stored("t/data/"))) == 1
    assert lake.stored("t2/") == ["t2/data/others.parquet"]


def test_a_commit_under_way_is_refused_instead_of_naming_files_that_were_swept(lake: TestLake) -> None:
    table = made(lake, **NO_GRACE)
    writing = table.transaction()
    writing.append(pa.table({"id": [9]}, SCHEMA))
    lake.do("VACUUM t")
    with pytest.raises(CommitFailedException):
        writing.commit_transaction()
    assert lake.rows("t", ["id"]) == [(0,), (1,), (2,)]


def test_snapshots_of_branches_and_tags_stay_with_their_rows(lake: TestLake) -> None:
    table = made(lake, **NOW, **NO_GRACE)
    first, second, _ = (snapshot.snapshot_id for snapshot in table.snapshots())
    table.manage_snapshots().create_tag(first, "audit").create_branch(second, "other").commit()
    table.overwrite(pa.table({"id": [9]}, SCHEMA))
    refs = table.refresh().refs()
    lake.do("VACUUM t")
    left = table.refresh().refs()
    assert (left["audit"], left["other"]) == (refs["audit"], refs["other"])
    assert {snapshot.snapshot_id for snapshot in table.snapshots()} >= {ref.snapshot_id for ref in refs.values()}
    assert lake.rows("t", ["id"], version=first) == [(0,)]
    assert lake.rows("t", ["id"], version=second) == [(0,), (1,)]
    assert lake.rows("t", ["id"]) == [(9,)]


def test_files_of_statistics_and_of_older_metadata_stay(lake: TestLake) -> None:
    table = made(lake, **NO_GRACE)
    snapshot = table.snapshots()[-1].snapshot_id
    statistics, partitions = (f"t/metadata/{name}" for name in ("all.puffin", "partitions.parquet"))
    of_all = {"snapshot-id": snapshot, "statistics-path": f"s3://some-data/{statistics}", "file-size-in-bytes": 1}
    of_all |= {"file-footer-size-in-bytes": 1, "blob-metadata": []}
    of_partitions = of_all | {"statistics-path": f"s3://some-data/{partitions}"}
    for key in (statistics, partitions, "t/metadata/orphan.avro"):
        lake.put(key, b"x")
    table.update_statistics().set_statistics(StatisticsFile.model_validate(of_all)).commit()
    update = {"partition-statistics": PartitionStatisticsFile.model_validate(of_partitions)}
    with table.transaction() as transaction:
        transaction._stage((SetPartitionStatisticsUpdate.model_validate(update),))  # noqa: SLF001 - has no other way
    lake.do("VACUUM t")
    log = [entry.metadata_file.removeprefix("s3://some-data/") for entry in table.refresh().metadata.metadata_log]
    assert log
    stored = lake.stored("t/metadata/")
    assert {statistics, partitions, *log} <= set(stored)
    assert "t/metadata/orphan.avro" not in stored


def test_properties_and_pins_stay(lake: TestLake) -> None:
    pin = {f"{PIN_PREFIX}topic.0": "0-5:some-pin", "keystone.next-offset.topic.0": "5", "comment": "ours"}
    table = made(lake, **NOW, **NO_GRACE, **pin)
    lake.put("t/data/orphan.parquet", b"x")
    before = dict(table.properties)
    lake.do("VACUUM t")
    assert len(table.refresh().snapshots()) == 2
    assert table.properties == before
    assert pin.items() <= before.items()


def test_files_that_are_younger_than_the_grace_stay(lake: TestLake) -> None:
    made(lake, **NOW)
    lake.put("t/data/orphan.parquet", b"x")
    lake.do("VACUUM t")
    assert "t/data/orphan.parquet" in lake.stored("t/data/")


def test_what_is_not_icebergs_is_refused(lake: TestLake) -> None:
    lake.do("create external table h (a int) location 's3://some-data/h/'")
    with pytest.raises(SqlError, match=r"VACUUM is for Iceberg tables, and db.h is none"):
        lake.do("vacuum h")
