"""Rows that a query reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.targets.embedded.athena.sql.scope import Column


@dataclass(frozen=True)
class Relation:
    """Rows, of SQL that may stand behind FROM, and their columns; `alias` is its name in SQL, if it has one."""

    sql: str
    columns: Sequence[Column]
    alias: str = ""
