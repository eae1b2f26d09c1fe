"""Old snapshots leave the metadata; offsets, pins and rows stay."""

from datetime import timedelta

import pytest
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.table.update.snapshot import ExpireSnapshots

from reference.lake.expiry import MIN_SNAPSHOTS, expire
from reference.lake.iceberg_table import IcebergTable


def _grow(catalog: GlueCatalog, snapshots: int) -> None:
    table = IcebergTable(catalog, "bronze.orders", "orders")
    for number in range(snapshots):
        table.load()
        table.append((), {"keystone.pin.T1.0.5": "9:abc", "number": str(number)})


def test_old_snapshots_go_and_properties_stay(catalog: GlueCatalog) -> None:
    _grow(catalog, MIN_SNAPSHOTS + 5)
    assert expire(catalog, "bronze.orders", keep=timedelta(0)) == 5
    table = catalog.load_table("bronze.orders")
    assert len(table.metadata.snapshots) == MIN_SNAPSHOTS
    assert table.properties["keystone.pin.T1.0.5"] == "9:abc"
    assert table.current_snapshot() is not None


def test_young_snapshots_stay_and_a_second_call_finds_nothing(catalog: GlueCatalog) -> None:
    _grow(catalog, MIN_SNAPSHOTS + 2)
    assert expire(catalog, "bronze.orders", keep=timedelta(hours=1)) == 0
    assert expire(catalog, "bronze.orders", keep=timedelta(0)) == 2
    assert expire(catalog, "bronze.orders", keep=timedelta(0)) == 0


def test_snapshots_that_somebody_else_has_expired_meanwhile_are_left_to_the_next_call(
    catalog: GlueCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(catalog, MIN_SNAPSHOTS + 2)
    stale, load = [catalog.load_table("bronze.orders")], catalog.load_table
    assert expire(catalog, "bronze.orders", keep=timedelta(0)) == 2
    monkeypatch.setattr(catalog, "load_table", lambda name: stale.pop() if stale else load(name))
    assert expire(catalog, "bronze.orders", keep=timedelta(0)) == 0


def test_what_else_is_wrong_with_a_commit_is_not_passed_over(
    catalog: GlueCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(_self: object) -> None:
        raise ValueError("wrong")

    _grow(catalog, MIN_SNAPSHOTS + 2)
    monkeypatch.setattr(ExpireSnapshots, "commit", wrong)
    with pytest.raises(ValueError, match="wrong"):
        expire(catalog, "bronze.orders", keep=timedelta(0))


def test_an_empty_table_has_nothing_to_expire(catalog: GlueCatalog) -> None:
    assert expire(catalog, "silver.orders", keep=timedelta(0)) == 0
