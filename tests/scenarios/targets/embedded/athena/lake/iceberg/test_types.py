"""Iceberg's types are Trino's, and Trino's become Iceberg's."""

from itertools import count

import pytest
from pyiceberg.types import FixedType, IcebergType, StringType, TimestampNanoType, TimestampType, TimestamptzType

from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.lake.iceberg.types import from_iceberg, to_iceberg
from scenarios.targets.embedded.athena.sql import types
from scenarios.targets.embedded.athena.sql.errors import SqlError

KINDS = ["boolean", "int", "bigint", "float", "double", "string", "binary", "date", "decimal(12,2)"]


@pytest.mark.parametrize("kind", [*KINDS, "array<struct<a:int,b:map<string,array<double>>>>"])
def test_a_type_comes_back_as_it_was(kind: str) -> None:
    assert from_iceberg(to_iceberg(from_hive(kind), count(1).__next__)) == from_hive(kind)


def test_each_part_of_a_nested_type_has_a_number_of_its_own() -> None:
    numbers = count(1)
    made = to_iceberg(from_hive("map<string,struct<a:array<int>,b:int>>"), numbers.__next__)
    assert str(made) == "map<string, struct<3: a: optional list<int>, 5: b: optional int>>"
    assert next(numbers) == 6


@pytest.mark.parametrize(
    ("trino", "iceberg"),
    [
        (types.timestamp(3), TimestampType()),
        (types.zoned(3), TimestamptzType()),
        (types.varchar(5), StringType()),
        (types.char(5), StringType()),
    ],
)
def test_what_iceberg_has_only_wider_is_widened(trino: types.Type, iceberg: IcebergType) -> None:
    assert to_iceberg(trino, count(1).__next__) == iceberg


def test_fixed_bytes_are_a_varbinary() -> None:
    assert from_iceberg(FixedType(3)) == types.VARBINARY


def test_nanoseconds_are_refused() -> None:
    with pytest.raises(SqlError, match="timestamp_ns"):
        from_iceberg(TimestampNanoType())


@pytest.mark.parametrize("kind", [types.JSON, types.DAY_TO_SECOND, types.row([types.BIGINT])])
def test_what_iceberg_cannot_keep_is_refused(kind: types.Type) -> None:
    with pytest.raises(SqlError, match="not supported"):
        to_iceberg(kind, count(1).__next__)
