"""A statement's answer: parsed, bound, and run by DuckDB."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from scenarios.targets.embedded.athena.sql import arithmetic
from scenarios.targets.embedded.athena.sql.bound import FAILS
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.query import bind_query

_FAILURES: Final[dict[type[Exception], str]] = {
    duckdb.OutOfRangeException: "NUMERIC_VALUE_OUT_OF_RANGE",
    duckdb.ConversionException: "INVALID_CAST_ARGUMENT",
}


@dataclass(frozen=True)
class Result:
    """Rows, their columns' names and Trino types."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def connect(memory_bytes: int, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection that knows what bound expressions call; what does not fit into memory goes into files of `spill`."""
    limits = {"memory_limit": f"{memory_bytes}B", "temp_directory": str(spill)}
    db = duckdb.connect(config={"error_on_division_by_zero": True, **limits})
    for macro in arithmetic.macros():
        db.execute(macro)
    return db


def run(db: duckdb.DuckDBPyConnection, statement: str) -> Result:
    """What a statement comes to.

    Raises:
        SqlError: it is wrong, fails, or is not known here.
    """
    query = bind_query(parse(statement))
    try:
        rows = db.execute(query.sql).fetchall()
    except duckdb.Error as error:
        raise failure(error) from error
    names = tuple(name or f"_col{number}" for number, name in enumerate(query.names))
    return Result(names, tuple(map(str, query.types)), rows)


def failure(error: Exception) -> SqlError:
    """What went wrong, in Trino's words; DuckDB has quotes of its own around the value that could not be cast."""
    said = str(error)
    if isinstance(error, duckdb.ConversionException) and FAILS in said:
        code, _, message = said.partition(FAILS)[2].partition("|")
        return SqlError(code, message.rpartition("' to INT32")[0])
    if said.startswith("Invalid Input Error: Division by zero"):
        return SqlError("DIVISION_BY_ZERO", "Division by zero")
    return SqlError(_FAILURES.get(type(error), "GENERIC_INTERNAL_ERROR"), said)
