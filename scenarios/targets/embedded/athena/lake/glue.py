"""What Glue has under a name, or Trino's word for that it has nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from scenarios.targets.embedded.athena.lake.paths import as_folder
from scenarios.targets.embedded.athena.sql.errors import SqlError

CATALOG: Final = "awsdatacatalog"
_IN_INPUT: Final = (
    "Name",
    "Description",
    "Owner",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
)
"""What of a found table may be given when it is changed."""


class AlreadyThere(Exception):
    """There is a table or view of that name."""

    def __init__(self, database: str, name: str) -> None:
        super().__init__(f"{database}.{name} is there already")


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

    def has_partition(self, found: Mapping[str, Any], values: Sequence[str]) -> bool:
        """Whether a table has a partition."""
        try:
            self.client.get_partition(
                DatabaseName=found["DatabaseName"], TableName=found["Name"], PartitionValues=list(values)
            )
        except self.client.exceptions.EntityNotFoundException:
            return False
        return True

    def create_partition(self, found: Mapping[str, Any], values: Sequence[str], location: str) -> bool:
        """Tell of a partition of a table, which is stored as the table is; return whether it is new."""
        storage = {**found["StorageDescriptor"], "Location": as_folder(location)}
        try:
            self.client.create_partition(
                DatabaseName=found["DatabaseName"],
                TableName=found["Name"],
                PartitionInput={"Values": list(values), "StorageDescriptor": storage},
            )
        except self.client.exceptions.AlreadyExistsException:
            return False
        return True

    def create_table(self, database: str, made: Mapping[str, Any]) -> None:
        """A new table or view.

        Raises:
            AlreadyThere: the name is taken.
        """
        try:
            self.client.create_table(DatabaseName=database, TableInput=made)
        except self.client.exceptions.AlreadyExistsException as exists:
            raise AlreadyThere(database, made["Name"]) from exists

    def update_table(self, found: Mapping[str, Any], **changed: Any) -> None:
        """Change parts of a table, as it was found.

        Raises:
            SqlError: somebody else has changed it since.
        """
        made = {key: found[key] for key in _IN_INPUT if key in found}
        try:
            self.client.update_table(
                DatabaseName=found["DatabaseName"], TableInput={**made, **changed}, VersionId=found["VersionId"]
            )
        except self.client.exceptions.ConcurrentModificationException as moved:
            raise SqlError("GENERIC_USER_ERROR", f"{found['Name']} was changed by another statement") from moved
