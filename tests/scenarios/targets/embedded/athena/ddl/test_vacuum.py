"""VACUUM takes old snapshots and what none names; rows, properties and young files stay."""

import pyarrow as pa
import pytest
from pyiceberg.table import Table

from reference.protocol.offsets import ORPHAN_GRACE
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


def test_files_that_are_younger_than_the_grace_stay(lake: TestLake) -> None:
    made(lake, **NOW)
    lake.put("t/data/orphan.parquet", b"x")
    lake.do("VACUUM t")
    assert "t/data/orphan.parquet" in lake.stored("t/data/")


def test_what_is_not_icebergs_is_refused(lake: TestLake) -> None:
    lake.do("create external table h (a int) location 's3://some-data/h/'")
    with pytest.raises(SqlError, match=r"VACUUM is for Iceberg tables, and db.h is none"):
        lake.do("vacuum h")
