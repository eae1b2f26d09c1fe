"""A statement's text as a tree; what sqlglot takes and Trino's grammar does not have is an error."""

from itertools import pairwise
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import TokenType

from scenarios.targets.embedded.athena.sql.errors import SqlError

_SPECIAL = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION", "NORMALIZE", "LISTAGG")
"""Calls whose arguments are no plain list."""


class TypedLiteral(exp.Expression):
    """A literal with its type's name before it, such as `date '2018-05-24'`."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "to": True}


class _Athena(Trino):
    """Trino's grammar with functions as they are called: sqlglot would make its own of many, and forget their names."""

    INDEX_OFFSET = 0

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: make for name, make in TrinoParser.FUNCTION_PARSERS.items() if name in _SPECIAL or "JSON" in name
        }
        TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
            kind: lambda self, this, to: self.expression(TypedLiteral(this=this, to=to)) for kind in exp.DType
        }


def parse(statement: str) -> exp.Expression:
    """The one statement that the text is.

    Raises:
        SqlError: it is none, or several.
    """
    try:
        words = [token.token_type for token in sqlglot.tokenize(statement, read=_Athena)]
        found = sqlglot.parse(statement, read=_Athena)
    except (ParseError, TokenError) as error:
        raise SqlError("SYNTAX_ERROR", _plain(error)) from None
    if len(found) != 1 or not isinstance(found[0], exp.Expression):
        raise SqlError("SYNTAX_ERROR", f"a request is one statement, and these are {len(found)}")
    if (TokenType.SELECT, TokenType.FROM) in pairwise(words):
        raise SqlError("SYNTAX_ERROR", "SELECT needs an expression or *")
    if any(
        a == TokenType.LIMIT and c == TokenType.OFFSET for a, _, c in zip(words, words[1:], words[2:], strict=False)
    ):
        raise SqlError("SYNTAX_ERROR", "OFFSET comes before LIMIT")
    return found[0]


def _plain(error: Exception) -> str:
    """What sqlglot says, without the colours."""
    return str(error).replace("\033[4m", "").replace("\033[0m", "")
