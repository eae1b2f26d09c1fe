"""Old snapshots leave the metadata; offsets, pins and rows stay."""

from datetime import timedelta

from pyiceberg.catalog.glue import GlueCatalog

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


def test_an_empty_table_has_nothing_to_expire(catalog: GlueCatalog) -> None:
    assert expire(catalog, "silver.orders", keep=timedelta(0)) == 0
