"""Values in the place of a statement's question marks."""

from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import TokenType

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.parsing import no_end, parse


def filled(text: str, parameters: Sequence[str]) -> str:
    """The statement with each question mark replaced by a parameter, which is an expression.

    Raises:
        SqlError: there are more or fewer, or one is no expression.
    """
    try:
        tokens = sqlglot.tokenize(text, read="trino")
    except TokenError:
        raise no_end() from None
    places = [token.start for token in tokens if token.token_type == TokenType.PLACEHOLDER]
    if len(places) != len(parameters):
        raise SqlError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(places)} but found {len(parameters)}",
        )
    made, end = "", 0
    for place, parameter in zip(places, parameters, strict=True):
        made += text[end:place] + _expression(parameter)
        end = place + 1
    return made + text[end:]


def _expression(parameter: str) -> str:
    found = parse(f"SELECT {parameter}")
    if not isinstance(found, exp.Select) or len(found.expressions) != 1 or found.args.get("from_"):
        raise SqlError("SYNTAX_ERROR", f"the parameter {parameter} is no expression")
    return parameter if isinstance(found.expressions[0], exp.Literal) else f"({parameter})"
