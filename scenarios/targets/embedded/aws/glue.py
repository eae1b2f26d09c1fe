"""What moto's Glue lacks: UpdateTable as compare-and-set, and ListSchemaVersions.

AWS refuses an UpdateTable whose VersionId is not the table's current one with ConcurrentModificationException;
Iceberg's commits stand on that. moto ignores VersionId and takes every update, so that concurrent committers
overwrite each other. A call without VersionId is taken unconditionally, as AWS does.
"""

from threading import Lock
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.glue.exceptions import EntityNotFoundException, GlueClientError
from moto.glue.responses import GlueResponse

_compare_and_set = Lock()


class ConcurrentModificationException(GlueClientError):  # AWS's own name, sent to the client
    """Somebody else updated the table since the caller read it."""

    def __init__(self, database: str, table: str, given: str, current: str) -> None:
        super().__init__(
            "ConcurrentModificationException",
            f"{database}.{table} is at version {current}, the update was made for version {given}",
        )


def complete_glue() -> None:
    """Replace moto's UpdateTable in this process, and add ListSchemaVersions."""
    GlueResponse.update_table = _update_table  # type: ignore[method-assign]
    GlueResponse.list_schema_versions = _list_schema_versions  # type: ignore[attr-defined]


def _update_table(self: Any) -> ActionResult:
    database = self.parameters["DatabaseName"]
    table_input = self.parameters["TableInput"]
    given = self.parameters.get("VersionId")
    with _compare_and_set:
        table = self.glue_backend.get_table(database, table_input["Name"])
        current = table.as_dict()["VersionId"]
        if given is not None and given != current:
            raise ConcurrentModificationException(database, table_input["Name"], given, current)
        table.update(table_input)
    return EmptyResult()


def _list_schema_versions(self: Any) -> ActionResult:
    """All versions in one page; found by registry and schema name, not by ARN."""
    schema_id = self.parameters["SchemaId"]
    registry = self.glue_backend.registries.get(schema_id["RegistryName"])
    schema = registry.schemas.get(schema_id["SchemaName"]) if registry else None
    if schema is None:
        raise EntityNotFoundException(f"Schema is not found. {schema_id}")
    fields = ("SchemaArn", "SchemaVersionId", "VersionNumber", "Status", "CreatedTime")
    versions = [version.get_schema_version_as_dict() for version in schema.schema_versions.values()]
    return ActionResult({"Schemas": [{name: version[name] for name in fields} for version in versions]})
