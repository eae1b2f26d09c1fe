"""Of what sort a statement is, told by its first words: where its result lies is known before it has run."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from scenarios.targets.embedded.athena.ddl.tokens import creates_from_query, tokenize_sql
from scenarios.targets.embedded.athena.statement import Kind

Extension: TypeAlias = Literal[".csv", ".txt", ""]
"""Of the result's file: rows of a query, lines of all else, nothing of what writes data elsewhere."""

_DML: Final[Mapping[str, tuple[str, Extension]]] = {
    "SELECT": ("SELECT", ".csv"),
    "WITH": ("SELECT", ".csv"),
    "VALUES": ("SELECT", ".csv"),
    "TABLE": ("SELECT", ".csv"),
    "(": ("SELECT", ".csv"),
    "INSERT": ("INSERT", ""),
    "UNLOAD": ("UNLOAD", ""),
    "UPDATE": ("UPDATE", ""),
    "DELETE": ("DELETE", ""),
    "MERGE": ("MERGE", ""),
    "OPTIMIZE": ("OPTIMIZE", ""),
    "VACUUM": ("VACUUM", ""),
}
_UTILITY: Final = {"SHOW": "", "DESCRIBE": "DESCRIBE_TABLE", "DESC": "DESCRIBE_TABLE", "EXPLAIN": "EXPLAIN"}
_ALONE: Final = ("PREPARE", "DEALLOCATE", "EXECUTE")
_BETWEEN: Final = ("OR", "REPLACE", "EXTERNAL")
"""Words that a DDL statement's name is without."""


def kind_of(statement: str) -> tuple[Kind, str, Extension]:
    """What sort, the substatement type, and the extension of the result's file; of anything else, DDL's."""
    found = tokenize_sql(statement)
    said = [token.keyword for token in found[:4]]
    first = said[0] if said else ""
    if first in _DML:
        return "DML", *_DML[first]
    if first in _UTILITY:
        return "UTILITY", _UTILITY[first] or _show(said), ".txt"
    if creates_from_query(found):
        return "DML", "CREATE_TABLE_AS_SELECT", ""
    what = [word for word in said if word not in _BETWEEN]
    return "DDL", first if first in _ALONE else "_".join(what[:2]), ".txt"


def _show(said: list[str]) -> str:
    """SHOW_TABLES, SHOW_CREATE_TABLE."""
    return "_".join(said[: 3 if said[1:2] == ["CREATE"] else 2])
