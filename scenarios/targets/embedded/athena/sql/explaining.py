"""EXPLAIN: how a query would be run, or only whether it could be."""

import re
from collections.abc import Callable
from typing import Final

import pyarrow as pa
from sqlglot import exp

from scenarios.targets.embedded.athena.sql.errors import not_supported
from scenarios.targets.embedded.athena.sql.parsing import parse
from scenarios.targets.embedded.athena.sql.queries.query import Query, bind_query
from scenarios.targets.embedded.athena.sql.scope import Env
from scenarios.targets.embedded.athena.sql.types import BOOLEAN, VARCHAR
from scenarios.targets.embedded.athena.statement import Answer

_OPTIONS: Final = re.compile(r"\s*\(([^)]*)\)\s*(.*)", re.DOTALL)


def explain(text: str, env: Env, plan: Callable[[Query], str]) -> Answer:
    """What stands behind EXPLAIN.

    Args:
        plan: DuckDB's plan of a query, as text.

    Raises:
        SqlError: the statement is wrong, or it is one that is not explained here.
    """
    options, rest = "", text
    if found := _OPTIONS.fullmatch(text):
        options, rest = found[1].upper(), found[2]
    if rest.lstrip().upper().startswith("ANALYZE "):
        raise not_supported("EXPLAIN ANALYZE")
    node = parse(rest)
    if not isinstance(node, exp.Query | exp.Values):
        raise not_supported("EXPLAIN of a statement that is no query")
    query = bind_query(node, env)
    words = {tuple(option.split()) for option in options.split(",") if option.strip()}
    if words == {("TYPE", "VALIDATE")}:
        batch = pa.RecordBatch.from_pydict({"Valid": [True]})
        return Answer("UTILITY", "EXPLAIN", [("Valid", BOOLEAN)], iter([batch]))
    if words - {("FORMAT", "TEXT"), ("TYPE", "LOGICAL"), ("TYPE", "DISTRIBUTED")}:
        raise not_supported(f"EXPLAIN ({options})")
    batch = pa.RecordBatch.from_pydict({"Query Plan": plan(query).splitlines()})
    return Answer("UTILITY", "EXPLAIN", [("Query Plan", VARCHAR)], iter([batch]))
