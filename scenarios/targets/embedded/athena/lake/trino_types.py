"""Trino's own names of types, as views keep them: `row(a integer, b timestamp(3))`."""

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.types import Type
from scenarios.targets.embedded.athena.sql.written_types import written_type


def read_type(text: str) -> Type:
    """The type that a text names.

    Raises:
        SqlError: it names none that is known here.
    """
    cast = parse(f"SELECT CAST(NULL AS {text})").find(exp.Cast)
    if cast is None:
        raise SqlError("INVALID_VIEW", f"{text!r} is no type")
    return written_type(cast.args["to"])
