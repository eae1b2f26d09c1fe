"""Why a statement has no answer, in Trino's own words."""

from sqlglot import exp


class SqlError(Exception):
    """A statement that is wrong, or fails.

    Attributes:
        code: Trino's name of the error, such as DIVISION_BY_ZERO.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self._place = ""

    def __str__(self) -> str:
        """The message, after the place in the statement if one is known."""
        return f"{self._place}{super().__str__()}"

    def locate(self, node: exp.Expression) -> None:
        """Say where in the statement it is, unless that is known."""
        named = node.parts[0] if isinstance(node, exp.Column | exp.Table) else node
        if not self._place and "line" in named.meta:
            meta = named.meta
            # sqlglot has the column of a word's last letter.
            self._place = f"line {meta['line']}:{meta['col'] - (meta['end'] - meta['start'])}: "


def not_supported(what: str) -> SqlError:
    """What Athena may well do, and this emulation does not: refused rather than answered wrongly."""
    return SqlError("NOT_SUPPORTED", f"{what} is not supported here")


def shown(node: exp.Expression) -> str:
    """A part of a statement, for a message."""
    try:
        return str(node.sql("trino"))
    except ValueError:  # sqlglot cannot write all that it reads
        return str(node.key.upper())


def unknown(node: exp.Expression) -> SqlError:
    """The same of a part of a statement."""
    return not_supported(shown(node))
