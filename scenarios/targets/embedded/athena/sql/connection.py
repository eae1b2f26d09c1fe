"""DuckDB, made ready to run bound statements, and its errors in Trino's words."""

from itertools import chain
from pathlib import Path
from typing import Final

import duckdb

from scenarios.targets.embedded.athena.sql import arithmetic, comparison, scripts
from scenarios.targets.embedded.athena.sql.bound import FAILS
from scenarios.targets.embedded.athena.sql.casts import floats
from scenarios.targets.embedded.athena.sql.casts import json as cast_json
from scenarios.targets.embedded.athena.sql.casts import numbers as cast_numbers
from scenarios.targets.embedded.athena.sql.casts import times as cast_times
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.functions import (
    aggregates,
    bases,
    binaries,
    collecting,
    durations,
    likeness,
    maps,
    numbers,
    patterns,
    sets,
    splitting,
    texts,
    urls,
)
from scenarios.targets.embedded.athena.sql.json import texts as json_texts
from scenarios.targets.embedded.athena.sql.times import iso_format, joda_format, mysql_format, zones

_MACROS: Final = (arithmetic.macros, comparison.macros, aggregates.macros, collecting.macros, sets.macros, maps.macros)
_SCRIPTS: Final = tuple(
    chain(
        *(scripts.SCRIPTS, floats.SCRIPTS, cast_numbers.SCRIPTS, cast_times.SCRIPTS, zones.SCRIPTS),
        *(mysql_format.SCRIPTS, joda_format.SCRIPTS, iso_format.SCRIPTS),
        *(json_texts.SCRIPTS, cast_json.SCRIPTS),
        *(numbers.SCRIPTS, bases.SCRIPTS, durations.SCRIPTS),
        *(texts.SCRIPTS, splitting.SCRIPTS, likeness.SCRIPTS, patterns.SCRIPTS, binaries.SCRIPTS, urls.SCRIPTS),
    )
)
_GAPS: Final = (
    *("Binder Error", "Catalog Error", "Parser Error", "Not implemented Error", "INTERNAL Error"),
    *("Invalid Input Error", "Invalid Error"),
)
_CODES: Final = {
    "Invalid Input Error: Division by zero": "DIVISION_BY_ZERO",
    "Invalid Input Error: Map keys": "INVALID_FUNCTION_ARGUMENT",
    "Invalid Input Error: More than one row returned by a subquery": "SUBQUERY_MULTIPLE_ROWS",
    "Out of Range Error": "NUMERIC_VALUE_OUT_OF_RANGE",
    "Conversion Error": "INVALID_CAST_ARGUMENT",
    "Out of Memory Error": "EXCEEDED_LOCAL_MEMORY_LIMIT",
    # What DuckDB does not take of what was written for it is a gap here, and no fault of the statement's.
    **dict.fromkeys(_GAPS, "NOT_SUPPORTED"),
}
"""What an error's text begins with."""
_MESSAGES: Final = {"DIVISION_BY_ZERO": "Division by zero"}
"""Trino's own, where DuckDB's say how to go on with DuckDB."""


def connect(memory_bytes: int, spill: Path) -> duckdb.DuckDBPyConnection:
    """A connection that knows what bound expressions call; what does not fit into memory goes into files of `spill`."""
    limits = {"memory_limit": f"{memory_bytes}B", "temp_directory": str(spill)}
    db = duckdb.connect(config={"error_on_division_by_zero": True, **limits})
    for macros in _MACROS:
        for macro in macros():
            db.execute(macro)
    for script in _SCRIPTS:
        script.register(db)
    return db


def failure(error: Exception) -> SqlError:
    """What went wrong, in Trino's words; DuckDB has quotes of its own around the value that could not be cast."""
    said = str(error)
    if FAILS in said:
        code, _, message = said.partition(FAILS)[2].partition("|")
        return SqlError(code, message.rpartition("' to INT32")[0] or message.splitlines()[0])
    for beginning, code in _CODES.items():
        if said.startswith(beginning):
            message = _MESSAGES.get(code) or said.partition(": ")[2].partition("\n")[0]
            return SqlError(code, message)
    return SqlError("GENERIC_INTERNAL_ERROR", said)
