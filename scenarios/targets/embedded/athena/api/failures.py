"""Why a statement did not succeed, in the numbers of Athena's error catalog.

https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
"""

from dataclasses import dataclass
from typing import Any, Final

SYSTEM, USER = 1, 2
_USER_ERROR: Final = 1000

_TYPES: Final[dict[str, tuple[int, int]]] = {
    "EXCEEDED_MEMORY_LIMIT": (SYSTEM, 0),
    "GENERIC_INTERNAL_ERROR": (SYSTEM, 100),
    "QUERY_TIMEOUT": (SYSTEM, 210),
    "ICEBERG_COMMIT_ERROR": (SYSTEM, 233),
    "S3_WRITE": (USER, 401),
    "DIVISION_BY_ZERO": (USER, 1001),
    "INVALID_CAST_ARGUMENT": (USER, 1001),
    "NUMERIC_VALUE_OUT_OF_RANGE": (USER, 1001),
    "HIVE_BAD_DATA": (USER, 1001),
    "SCHEMA_NOT_FOUND": (USER, 1004),
    "SYNTAX_ERROR": (USER, 1006),
    "TYPE_MISMATCH": (USER, 1006),
    "COLUMN_NOT_FOUND": (USER, 1006),
    "INVALID_FUNCTION_ARGUMENT": (USER, 1106),
    "INVALID_VIEW": (USER, 1107),
    "TABLE_NOT_FOUND": (USER, 1110),
    "NOT_SUPPORTED": (USER, 1200),
    "FUNCTION_NOT_FOUND": (USER, 1303),
}
"""Trino's code: category and type."""

_WITHOUT_CODE: Final = ("QUERY_TIMEOUT", "S3_WRITE", "USER_CANCELED", "SCAN_LIMIT")
"""What Athena itself says, not its engine."""

_RETRYABLE: Final = ("EXCEEDED_MEMORY_LIMIT", "ICEBERG_COMMIT_ERROR")


@dataclass(frozen=True)
class Failure:
    """A code of Trino's, or of ours where Athena itself fails, and what happened."""

    code: str
    message: str

    @property
    def reason(self) -> str:
        """As StateChangeReason has it."""
        return self.message if self.code in _WITHOUT_CODE else f"{self.code}: {self.message}"

    @property
    def athena_error(self) -> dict[str, Any]:
        """As AthenaError has it."""
        category, kind = _TYPES.get(self.code, (USER, _USER_ERROR))
        return {
            "ErrorCategory": category,
            "ErrorType": kind,
            "Retryable": self.code in _RETRYABLE,
            "ErrorMessage": self.reason,
        }


TIMEOUT: Final = Failure("QUERY_TIMEOUT", "Query timeout")
CANCELLED: Final = Failure("USER_CANCELED", "Query cancelled by user")
SCANNED_TOO_MUCH: Final = Failure("SCAN_LIMIT", "Bytes scanned limit was exceeded")
ENDING: Final = Failure("GENERIC_INTERNAL_ERROR", "the server ends")
