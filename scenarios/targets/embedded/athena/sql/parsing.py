"""A statement's text as a tree; what sqlglot takes and Trino's grammar does not have is an error."""

from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import TokenType

from scenarios.targets.embedded.athena.sql.errors import SqlError


def parse(statement: str) -> exp.Expression:
    """The one statement that the text is.

    Raises:
        SqlError: it is none, or several.
    """
    try:
        words = [token.token_type for token in sqlglot.tokenize(statement, read="athena")]
        found = sqlglot.parse(statement, read="athena")
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
