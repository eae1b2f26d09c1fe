"""Views as Trino keeps them in Glue: base64 of JSON in a comment, in the place of Hive's own text."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scenarios.targets.embedded.athena.lake.glue import CATALOG, AlreadyThere, Glue
from scenarios.targets.embedded.athena.lake.hive.types import to_hive
from scenarios.targets.embedded.athena.lake.trino_types import read_type
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import View
from scenarios.targets.embedded.athena.sql.types import Type

_TEXT: Final = re.compile(r"\s*/\* Presto View: ([A-Za-z0-9+/=\s]+)\*/\s*", re.DOTALL)


def is_view(glue_table: Mapping[str, Any]) -> bool:
    """Whether what Glue has is a view."""
    return bool(glue_table.get("TableType") == "VIRTUAL_VIEW")


def load_view(glue_table: Mapping[str, Any]) -> View:
    """The view that Glue has.

    Raises:
        SqlError: INVALID_VIEW, Trino did not write it.
    """
    found = _TEXT.fullmatch(glue_table.get("ViewOriginalText") or "")
    if found is None:
        raise SqlError("INVALID_VIEW", f"View '{glue_table['DatabaseName']}.{glue_table['Name']}' is not Trino's")
    said = json.loads(base64.b64decode(found[1]))
    columns = [(column["name"].lower(), read_type(column["type"])) for column in said["columns"]]
    return View(said["originalSql"], said.get("schema") or glue_table["DatabaseName"], columns)


def create_view(glue: Glue, database: str, name: str, view: View, replace: bool = False) -> None:
    """Write a view.

    Args:
        replace: one that is there.

    Raises:
        SqlError: TABLE_ALREADY_EXISTS, the name is a table's, or a view's that is not to be replaced.
    """
    made = _in_glue(name, view)
    try:
        glue.create_table(database, made)
    except AlreadyThere as exists:
        found = glue.table(database, name)
        if not replace or not is_view(found):
            kind = "View" if is_view(found) else "Table"
            raise SqlError("TABLE_ALREADY_EXISTS", f"{kind} already exists: '{CATALOG}.{database}.{name}'") from exists
        glue.update_table(found, **made)


def _in_glue(name: str, view: View) -> dict[str, Any]:
    said = {
        "originalSql": view.sql,
        "catalog": CATALOG,
        "schema": view.database,
        "columns": [{"name": column, "type": str(kind)} for column, kind in view.columns],
    }
    text = base64.b64encode(json.dumps(said).encode()).decode()
    return {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "ViewOriginalText": f"/* Presto View: {text} */",
        "ViewExpandedText": "/* Presto View */",
        "PartitionKeys": [],
        "StorageDescriptor": {"Columns": _columns(view.columns), "Location": "", "SerdeInfo": {}},
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
    }


def _columns(columns: Sequence[tuple[str, Type]]) -> list[dict[str, str]]:
    return [{"Name": name, "Type": _hive_name(kind)} for name, kind in columns]


def _hive_name(kind: Type) -> str:
    """What other readers of Glue see; a type that Hive lacks is a text to them, as Trino does it."""
    try:
        return to_hive(kind)
    except SqlError:
        return "string"
