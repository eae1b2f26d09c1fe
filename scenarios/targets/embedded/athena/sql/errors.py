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


def not_supported(what: str) -> SqlError:
    """What Athena may well do, and this emulation does not: refused rather than answered wrongly."""
    return SqlError("NOT_SUPPORTED", f"{what} is not supported here")


def unknown(node: exp.Expression) -> SqlError:
    """The same of a part of a statement."""
    try:
        return not_supported(node.sql("trino"))
    except ValueError:  # sqlglot cannot write all that it reads
        return not_supported(node.key.upper())
