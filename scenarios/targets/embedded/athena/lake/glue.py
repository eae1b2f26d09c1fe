"""What Glue has under a name, or Trino's word for that it has nothing."""

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.targets.embedded.athena.sql.errors import SqlError

CATALOG = "awsdatacatalog"


class Glue:
    """Databases and tables; names are in lower case. Any thread may ask.

    Args:
        client: boto3's, without retries of its own.
    """

    def __init__(self, client: Any) -> None:
        self.client = client

    def table(self, database: str, name: str) -> dict[str, Any]:
        """A table, as Glue has it.

        Raises:
            SqlError: SCHEMA_NOT_FOUND, TABLE_NOT_FOUND.
        """
        found = self.table_or_none(database, name)
        if found is None:
            self.database(database)
            raise SqlError("TABLE_NOT_FOUND", f"Table '{CATALOG}.{database}.{name}' does not exist")
        return found

    def table_or_none(self, database: str, name: str) -> dict[str, Any] | None:
        """A table; None where there is none, or not even its database."""
        try:
            answer: dict[str, Any] = self.client.get_table(DatabaseName=database, Name=name)
        except self.client.exceptions.EntityNotFoundException:
            return None
        return dict(answer["Table"])

    def database(self, name: str) -> dict[str, Any]:
        """A database.

        Raises:
            SqlError: SCHEMA_NOT_FOUND.
        """
        found = self.database_or_none(name)
        if found is None:
            raise SqlError("SCHEMA_NOT_FOUND", f"Schema '{name}' does not exist")
        return found

    def database_or_none(self, name: str) -> dict[str, Any] | None:
        """A database; None where there is none."""
        try:
            answer: dict[str, Any] = self.client.get_database(Name=name)
        except self.client.exceptions.EntityNotFoundException:
            return None
        return dict(answer["Database"])

    def databases(self) -> Iterator[Mapping[str, Any]]:
        """All databases."""
        for page in self.client.get_paginator("get_databases").paginate():
            yield from page["DatabaseList"]

    def tables(self, database: str) -> Iterator[Mapping[str, Any]]:
        """A database's tables and views."""
        for page in self.client.get_paginator("get_tables").paginate(DatabaseName=database):
            yield from page["TableList"]

    def partitions(self, database: str, name: str) -> Iterator[Mapping[str, Any]]:
        """A table's partitions."""
        pages = self.client.get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name)
        for page in pages:
            yield from page["Partitions"]
