"""`information_schema`: what there is in the catalog, as tables; names are in lower case."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from pyiceberg.expressions import BooleanExpression

from scenarios.targets.embedded.athena.lake.conditions.extent import extent_of
from scenarios.targets.embedded.athena.lake.glue import CATALOG, Glue
from scenarios.targets.embedded.athena.lake.hive.types import from_hive
from scenarios.targets.embedded.athena.lake.iceberg.loading import IcebergLoader, is_iceberg
from scenarios.targets.embedded.athena.lake.iceberg.types import from_iceberg
from scenarios.targets.embedded.athena.lake.metadata.row_table import Row, RowTable
from scenarios.targets.embedded.athena.lake.reading.streams import Failed
from scenarios.targets.embedded.athena.lake.views import is_view, load_view
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.types import BIGINT, VARCHAR, Type

NAME: Final = "information_schema"
_OF_A_TABLE: Final = ("table_catalog", "table_schema", "table_name")


class InformationSchema:
    """The tables of this database."""

    def __init__(self, glue: Glue, iceberg: IcebergLoader, failed: Failed) -> None:
        self._glue = glue
        self._iceberg = iceberg
        self._failed = failed

    def find(self, name: str) -> RowTable:
        """One of them.

        Raises:
            SqlError: TABLE_NOT_FOUND.
        """
        made: Mapping[str, tuple[Mapping[str, Type], Callable[[BooleanExpression], Iterator[Row]]]] = {
            "schemata": (dict.fromkeys(("catalog_name", "schema_name"), VARCHAR), self._schemata),
            "tables": (dict.fromkeys((*_OF_A_TABLE, "table_type"), VARCHAR), self._tables),
            "views": (dict.fromkeys((*_OF_A_TABLE, "view_definition"), VARCHAR), self._views),
            "columns": (_COLUMNS, self._columns),
        }
        if name not in made:
            raise SqlError("TABLE_NOT_FOUND", f"Table '{CATALOG}.{NAME}.{name}' does not exist")
        return RowTable(*made[name], self._failed)

    def _databases(self, where: BooleanExpression, column: str) -> Iterator[str]:
        wanted = extent_of(where, column).named
        names = (str(found["Name"]) for found in self._glue.databases()) if wanted is None else wanted
        yield from sorted({NAME, *names} if wanted is None else names)

    def _found(self, where: BooleanExpression) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each database's tables and views; one alone is asked for by its name."""
        wanted = extent_of(where, "table_name").named
        for database in self._databases(where, "table_schema"):
            if self._glue.database_or_none(database) is None:
                continue
            if wanted is None:
                yield from ((database, found) for found in self._glue.tables(database))
            else:
                some = map(partial(self._glue.table_or_none, database), sorted(wanted))
                yield from ((database, found) for found in some if found is not None)

    def _schemata(self, where: BooleanExpression) -> Iterator[Row]:
        for name in self._databases(where, "schema_name"):
            if name == NAME or self._glue.database_or_none(name) is not None:
                yield CATALOG, name

    def _tables(self, where: BooleanExpression) -> Iterator[Row]:
        for database, found in self._found(where):
            yield CATALOG, database, found["Name"], "VIEW" if is_view(found) else "BASE TABLE"

    def _views(self, where: BooleanExpression) -> Iterator[Row]:
        for database, found in self._found(where):
            if is_view(found):
                yield CATALOG, database, found["Name"], load_view(found).sql

    def _columns(self, where: BooleanExpression) -> Iterator[Row]:
        for database, found in self._found(where):
            for place, (name, kind, comment, extra) in enumerate(self._described(found), start=1):
                yield CATALOG, database, found["Name"], name, place, None, "YES", str(kind), comment, extra

    def _described(self, found: Mapping[str, Any]) -> Iterator[tuple[str, Type, str | None, str | None]]:
        if is_iceberg(found):
            for field in self._iceberg.load(found).schema().fields:
                yield field.name.lower(), from_iceberg(field.field_type), field.doc, None
        elif is_view(found):
            for name, kind in load_view(found).columns:
                yield name, kind, None, None
        else:
            for column in found.get("StorageDescriptor", {}).get("Columns", ()):
                yield column["Name"].lower(), from_hive(column["Type"]), column.get("Comment"), None
            for key in found.get("PartitionKeys", ()):
                yield key["Name"].lower(), from_hive(key["Type"]), key.get("Comment"), "partition key"


_COLUMNS: Final[Mapping[str, Type]] = {
    **dict.fromkeys((*_OF_A_TABLE, "column_name"), VARCHAR),
    "ordinal_position": BIGINT,
    **dict.fromkeys(("column_default", "is_nullable", "data_type", "comment", "extra_info"), VARCHAR),
}
