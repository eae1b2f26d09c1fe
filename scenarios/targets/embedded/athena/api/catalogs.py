"""The one data catalog there is, AwsDataCatalog: Glue's databases and tables."""

import re
from collections.abc import Iterator
from typing import Any, Final

from botocore.exceptions import ClientError

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException, MetadataException
from scenarios.targets.embedded.athena.api.paging import page

Request = dict[str, Any]
NAME: Final = "AwsDataCatalog"
_COLUMN: Final = ("Name", "Type", "Comment")


class Catalogs:
    """What Glue has, as Athena shows it.

    Args:
        glue: a boto3 client.
    """

    def __init__(self, glue: Any) -> None:
        self._glue = glue

    def list_page(self, request: Request) -> Request:
        """ListDataCatalogs."""
        return page(
            "DataCatalogsSummary", [{"CatalogName": NAME, "Type": "GLUE", "Status": "CREATE_COMPLETE"}], request
        )

    def get(self, request: Request) -> Request:
        """GetDataCatalog."""
        refuse_other(request["Name"])
        return {"DataCatalog": {"Name": NAME, "Type": "GLUE", "Parameters": {"catalog-id": "123456789012"}}}

    def list_databases(self, request: Request) -> Request:
        """ListDatabases."""
        refuse_other(request["CatalogName"])
        found = self._all("get_databases", "DatabaseList")
        return page("DatabaseList", [_database(one) for one in found], request)

    def get_database(self, request: Request) -> Request:
        """GetDatabase."""
        refuse_other(request["CatalogName"])
        return {"Database": _database(self._one("get_database", Name=request["DatabaseName"])["Database"])}

    def list_tables(self, request: Request) -> Request:
        """ListTableMetadata; the expression is a regular one, and must be found in the name."""
        refuse_other(request["CatalogName"])
        self.get_database(request)
        try:
            wanted = re.compile(request.get("Expression", ""))
        except re.error as error:
            raise InvalidRequestException(f"Expression {request['Expression']!r} is not valid: {error}") from error
        found = self._all("get_tables", "TableList", DatabaseName=request["DatabaseName"])
        return page("TableMetadataList", [_table(one) for one in found if wanted.search(one["Name"])], request)

    def get_table(self, request: Request) -> Request:
        """GetTableMetadata."""
        refuse_other(request["CatalogName"])
        found = self._one("get_table", DatabaseName=request["DatabaseName"], Name=request["TableName"])
        return {"TableMetadata": _table(found["Table"])}

    def _one(self, what: str, **arguments: str) -> Any:
        try:
            return getattr(self._glue, what)(**arguments)
        except ClientError as error:
            raise _of_glue(error) from error

    def _all(self, what: str, items: str, **arguments: str) -> Iterator[Any]:
        try:
            for found in self._glue.get_paginator(what).paginate(**arguments):
                yield from found[items]
        except ClientError as error:
            raise _of_glue(error) from error


def _of_glue(error: ClientError) -> MetadataException:
    """What Glue says, wrapped as Athena wraps it: clients look for Glue's code in there."""
    said, answer = error.response["Error"], error.response["ResponseMetadata"]
    return MetadataException(
        f"{said['Message']} (Service: AmazonDataCatalog; Status Code: {answer['HTTPStatusCode']}; "
        f"Error Code: {said['Code']}; Request ID: {answer.get('RequestId', '')}; Proxy: null)"
    )


def refuse_other(catalog: str) -> None:
    """Only that one is there.

    Raises:
        InvalidRequestException: another is meant.
    """
    if catalog.lower() != NAME.lower():
        raise InvalidRequestException(f"Data catalog {catalog} was not found")


def _database(found: dict[str, Any]) -> dict[str, Any]:
    optional = {name: found[name] for name in ("Description",) if found.get(name)}
    return {"Name": found["Name"], "Parameters": found.get("Parameters", {}), **optional}


def _table(found: dict[str, Any]) -> dict[str, Any]:
    times = {
        shown: found[name].timestamp()
        for shown, name in (("CreateTime", "CreateTime"), ("LastAccessTime", "LastAccessTime"))
        if name in found
    }
    storage = found.get("StorageDescriptor", {})
    return {
        "Name": found["Name"],
        **times,
        "TableType": found.get("TableType", ""),
        "Columns": [_column(one) for one in storage.get("Columns", [])],
        "PartitionKeys": [_column(one) for one in found.get("PartitionKeys", [])],
        "Parameters": {**found.get("Parameters", {}), **_of_storage(storage)},
    }


def _of_storage(storage: dict[str, Any]) -> dict[str, str]:
    """What Athena puts among a table's parameters."""
    shown = {"location": "Location", "inputformat": "InputFormat", "outputformat": "OutputFormat"}
    found = {name: storage[field] for name, field in shown.items() if storage.get(field)}
    library = storage.get("SerdeInfo", {}).get("SerializationLibrary")
    return {**found, "serde.serialization.lib": library} if library else found


def _column(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in _COLUMN if found.get(name) is not None}
