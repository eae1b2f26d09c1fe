"""A statement's text as a tree; what sqlglot takes and Trino's grammar does not have is an error."""

import logging
import re
from itertools import pairwise
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported
from scenarios.targets.embedded.athena.sql.grammar import check

# sqlglot warns of each statement that it does not know, which others here do.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

_SPECIAL = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION", "NORMALIZE", "LISTAGG")
"""Calls whose arguments are no plain list."""


_INDEXED = (TokenType.ARRAY, TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.R_BRACKET)
"""What a bracket may stand behind."""

_UNKNOWN_TYPES = ("STRING", "FLOAT", "TEXT", "BINARY", "DATETIME", "LONG", "SHORT", "BYTE", "BOOL", "NUMBER")
"""Names of types that others know; the first two are those of Athena's own DDL."""


_TEXT = re.compile(r"'(?:[^']|'')*'")
_SUBSTRING = re.compile(r"substring\s*\((?:(?!\bfrom\b)[^()])*\bfor\b", re.IGNORECASE)
"""To sqlglot it begins with the first letter if FROM is not there."""


_EXPONENT = re.compile(r"[0-9.]+[eE][0-9]+(?=[+-])")

_NUMBER = re.compile(r"[0-9][0-9_]*|0[oO][0-7_]+|0[bB][01_]+|[0-9_]+\.[0-9_]+")
"""What Trino reads as one, beyond plain digits."""


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

        def _parse_join(self, *args: Any, **options: Any) -> Any:
            """JOIN alone is an inner one, which sqlglot does not tell from a comma."""
            is_comma = self._curr is not None and self._curr.token_type == TokenType.COMMA
            join = super()._parse_join(*args, **options)
            if join is not None and not is_comma and not any(map(join.args.get, ("kind", "side", "method"))):
                join.set("kind", "INNER")
            return join


def parse(statement: str) -> exp.Expression:
    """The one statement that the text is.

    Raises:
        SqlError: it is none, or several.
    """
    if _SUBSTRING.search(_TEXT.sub("''", statement)):
        raise SqlError("SYNTAX_ERROR", "mismatched input 'for'")
    try:
        statement = _apart(statement)
        tokens = sqlglot.tokenize(statement, read=_Athena)
        _refuse_words(tokens)
        _refuse_pairs(tokens)
        _refuse_numbers(tokens, statement)
        found = sqlglot.parse(statement, read=_Athena)
    except TokenError:
        raise no_end() from None
    except ParseError as error:
        raise SqlError("SYNTAX_ERROR", _in_trinos_words(error)) from None
    if len(found) != 1 or not isinstance(found[0], exp.Expression):
        said = "there is no statement" if found == [None] else f"a request is one statement, and these are {len(found)}"
        raise SqlError("SYNTAX_ERROR", said)
    check(found[0])
    for call in found[0].find_all(exp.Anonymous):
        if isinstance(call.this, exp.Identifier):
            call.set("this", call.this.name)
    return found[0]


def _apart(statement: str) -> str:
    """With a blank behind each number with an exponent: sqlglot takes `1e9+1` for one number."""
    if not _EXPONENT.search(statement):
        return statement
    for token in reversed(sqlglot.tokenize(statement, read=_Athena)):
        found = _EXPONENT.match(token.text) if token.token_type == TokenType.NUMBER else None
        if found and found.end() < len(token.text):
            end = token.start + found.end()
            statement = f"{statement[:end]} {statement[end:]}"
    return statement


def no_end() -> SqlError:
    """A statement that cannot be cut into words."""
    return SqlError("SYNTAX_ERROR", "a text, a name or a comment does not end")


def _refuse_words(tokens: list[Token]) -> None:
    """Words that sqlglot makes something of, in whatever dialect, and Trino does not."""
    of_json = any(token.text.upper() == "JSON_OBJECT" for token in tokens)
    ends = [None, *tokens, None, None]
    for before, token, after, last in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        if token is None or after is None:
            continue
        kind, text = token.token_type, token.text.upper()
        if kind == TokenType.LIMIT and last is not None and last.token_type == TokenType.OFFSET:
            raise SqlError("SYNTAX_ERROR", "OFFSET comes before LIMIT")
        if text == "`":
            said = "backquoted identifiers are not supported; use double quotes to quote identifiers"
            raise SqlError("SYNTAX_ERROR", f"{_place(token)}{said}")
        if kind == TokenType.DCOLON or text == "==" or (kind == TokenType.COLON and not of_json):
            raise SqlError("SYNTAX_ERROR", f"{_place(token)}mismatched input '{text}'")
        if kind == TokenType.L_BRACKET and (before is None or before.token_type not in _INDEXED):
            raise SqlError("SYNTAX_ERROR", f"{_place(token)}mismatched input '['")
        if kind == TokenType.INTERVAL and after.token_type == TokenType.STRING and not _is_unit(last):
            raise SqlError("SYNTAX_ERROR", "an interval needs a unit behind it")
        of_cast = before is not None and before.text.upper() == "AS" and after.token_type == TokenType.R_PAREN
        if of_cast and text in _UNKNOWN_TYPES:
            raise SqlError("TYPE_MISMATCH", f"Unknown type: {text.lower()}")


_BEFORE_SIGN = (TokenType.ORDER_BY, TokenType.GROUP_BY, TokenType.COMMA, TokenType.L_PAREN)
"""What a plus sign is none of an addition behind; sqlglot forgets it, and a place has none."""

_OVERLOOKED = {
    (TokenType.GROUP_BY, TokenType.DISTINCT): "GROUP BY DISTINCT",
}
"""Words that sqlglot reads and forgets, by the one before them."""


def _refuse_pairs(tokens: list[Token]) -> None:
    for rows, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_fetched = rows.text.upper() in ("ROW", "ROWS") and token.text.upper() == "ONLY"
        if is_fetched and after.token_type == TokenType.OFFSET:
            raise SqlError("SYNTAX_ERROR", f"{_place(after)}mismatched input '{after.text}'")
    in_order = False
    for token, after in pairwise(tokens):
        in_order = in_order or token.token_type in (TokenType.ORDER_BY, TokenType.GROUP_BY)
        if in_order and after.token_type == TokenType.PLUS and token.token_type in _BEFORE_SIGN:
            raise not_supported("a plus sign before a value, behind ORDER BY or GROUP BY,")
        if token.token_type == TokenType.SELECT and after.token_type == TokenType.FROM:
            raise SqlError("SYNTAX_ERROR", f"{_place(after)}mismatched input '{after.text}'")
        if found := _OVERLOOKED.get((token.token_type, after.token_type)):
            raise not_supported(found)


def _refuse_numbers(tokens: list[Token], statement: str) -> None:
    """Numbers that sqlglot reads as something else: in other bases, with _ in them, or a word's beginning."""
    for token, after in pairwise(tokens):
        written = statement[token.start : after.end + 1]
        is_one_word = token.end + 1 == after.start and re.match(r"[A-Za-z_]", after.text) is not None
        if token.token_type == TokenType.NUMBER and is_one_word and after.token_type != TokenType.IDENTIFIER:
            if _NUMBER.fullmatch(written) or not token.text.isdigit():
                raise not_supported(f"the number {written}")
            raise SqlError("SYNTAX_ERROR", f"identifiers must not start with a digit: {written}")
    for token in tokens:
        written = statement[token.start : token.end + 1]
        if token.token_type == TokenType.HEX_STRING and written[:1] == "0":
            raise not_supported(f"the number {written}")


def _place(token: Token) -> str:
    return f"line {token.line}:{token.col - len(token.text) + 1}: "


def _is_unit(token: Token | None) -> bool:
    return token is not None and token.text.upper() in ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")


def _in_trinos_words(error: ParseError) -> str:
    """Where it is, and what stands there."""
    [said, *_] = error.errors
    wants_more = str(said["description"]).startswith(("Expecting", "Required")) or "SENTINEL" in said["description"]
    if wants_more and not said["end_context"].strip():
        return f"line {said['line']}:{said['col'] + 1}: mismatched input '<EOF>'"
    word = said["highlight"]
    return f"line {said['line']}:{said['col'] - len(word) + 1}: mismatched input '{word}'"
