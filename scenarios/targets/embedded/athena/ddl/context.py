"""What a statement is about, besides its text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.targets.embedded.athena.ddl import refusals
from scenarios.targets.embedded.athena.ddl.clauses import Column, Named
from scenarios.targets.embedded.athena.lake.catalog import Lake
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.lake.iceberg.loading import is_iceberg
from scenarios.targets.embedded.athena.lake.iceberg.types import from_iceberg
from scenarios.targets.embedded.athena.lake.views import is_view, load_view
from scenarios.targets.embedded.athena.statement import Usage


@dataclass(frozen=True)
class Context:
    """The lake, where names without a database are looked up, and who counts what is read."""

    lake: Lake
    database: str
    usage: Usage

    def table(self, name: Named) -> dict[str, Any]:
        """A table or view, as Glue has it.

        Raises:
            SqlError: TABLE_NOT_FOUND, SCHEMA_NOT_FOUND.
        """
        found = self.lake.glue.table_or_none(name.database, name.table)
        if found is None:
            if self.lake.glue.database_or_none(name.database) is None:
                raise refusals.no_database(name.database)
            raise refusals.no_table(name)
        return found

    def properties(self, found: Mapping[str, Any]) -> dict[str, str]:
        """A table's properties; of an Iceberg table its own, of which Glue has some that are no more."""
        if is_iceberg(found):
            return {"table_type": "iceberg", **self.lake.iceberg.load(found).properties}
        return {key: str(value) for key, value in found.get("Parameters", {}).items()}

    def columns(self, name: Named) -> list[Column]:
        """A table's or view's columns, those of its partitions last."""
        found = self.table(name)
        if is_iceberg(found):
            return [
                Column(field.name.lower(), from_iceberg(field.field_type), field.doc)
                for field in self.lake.iceberg.load(found).schema().fields
            ]
        if is_view(found):
            return [Column(name, kind) for name, kind in load_view(found).columns]
        described = (*found["StorageDescriptor"]["Columns"], *found.get("PartitionKeys", ()))
        return [Column(column["Name"], from_hive(column["Type"]), column.get("Comment")) for column in described]
