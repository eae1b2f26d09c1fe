"""The partitions of a Hive table that a condition leaves: of the catalog, or projected."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pyiceberg.expressions import BooleanExpression
from pyiceberg.schema import Schema
from pyiceberg.types import NestedField

from scenarios.targets.embedded.athena.lake.conditions.conditions import may_hold
from scenarios.targets.embedded.athena.lake.conditions.fitting import fitted
from scenarios.targets.embedded.athena.lake.glue import Glue
from scenarios.targets.embedded.athena.lake.hive.partition_folders import NULL_PARTITION
from scenarios.targets.embedded.athena.lake.hive.projection import is_projected, project
from scenarios.targets.embedded.athena.lake.hive.text_values import parser
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.lake.iceberg.types import to_iceberg
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import Type

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - of times without a zone


@dataclass(frozen=True)
class Partition:
    """A folder of a table.

    Attributes:
        values: of the partitions' columns, as Python has them.
        storage: the storage descriptor by which its files are read.
    """

    location: str
    values: tuple[Any, ...]
    storage: Mapping[str, Any]


class Partitions:
    """Of one table.

    Args:
        found: the table, as Glue has it.
        now: the time in UTC.
    """

    def __init__(self, glue: Glue, found: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        self._glue = glue
        self._found = found
        self._now = now
        self.columns: Sequence[tuple[str, Type]] = [
            (key["Name"].lower(), from_hive(key["Type"])) for key in found.get("PartitionKeys", ())
        ]

    def matching(self, where: BooleanExpression) -> Iterator[Partition]:
        """Those whose rows `where` may be true of; of a table without partitions, itself.

        Raises:
            SqlError: what is wrong with a projection, or with a condition on it.
        """
        stored = self._found["StorageDescriptor"]
        if not self.columns:
            yield Partition(stored["Location"], (), stored)
            return
        columns = {name: _Column(name, kind, where) for name, kind in self.columns}
        parameters = self._found.get("Parameters", {})
        if is_projected(parameters):
            told = project(
                parameters,
                list(columns),
                stored["Location"],
                where,
                lambda name, text: columns[name].keeps(text),
                self._now,
            )
            yield from (
                Partition(folder, tuple(map(_Column.value, columns.values(), texts)), stored) for folder, texts in told
            )
            return
        for partition in self._glue.partitions(self._found["DatabaseName"], self._found["Name"]):
            texts = partition["Values"]
            if all(column.keeps(text) for column, text in zip(columns.values(), texts, strict=True)):
                storage = partition["StorageDescriptor"]
                values = tuple(map(_Column.value, columns.values(), texts))
                yield Partition(storage["Location"], values, storage)


class _Column:
    """A column of partitions, and what a condition says of it alone."""

    def __init__(self, name: str, kind: Type, where: BooleanExpression) -> None:
        self._name, self._kind = name, kind
        self._parse = parser(kind)
        self._schema = Schema(NestedField(1, name, to_iceberg(kind, lambda: 2)))
        self._where = fitted(where, self._schema)

    def value(self, text: str) -> Any:
        """
        Raises:
            SqlError: HIVE_INVALID_PARTITION_VALUE, the text is none.
        """
        if text == NULL_PARTITION:
            return None
        value = self._parse(text)
        if value is None:
            said = f"Invalid partition value '{text}' for {self._kind} partition key: {self._name}"
            raise SqlError("HIVE_INVALID_PARTITION_VALUE", said)
        return value

    def keeps(self, text: str) -> bool:
        return may_hold(self._where, self._schema, {self._name: as_internal(self.value(text))})


def as_internal(value: Any) -> Any:
    """A value as Iceberg's conditions compare it."""
    if isinstance(value, datetime):
        since = value - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return (value - EPOCH.date()).days if isinstance(value, date) else value


def utc_now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)
