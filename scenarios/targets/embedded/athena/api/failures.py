"""Why a statement did not succeed, in the numbers of Athena's error catalog.

https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

SYSTEM, USER, OTHER = 1, 2, 3
_OF_AWS: Final = ("AWS_UNREACHABLE", "GLUE_FAILED", "GLUE_THROTTLED", "S3_FAILED", "S3_THROTTLED")
_USER_ERROR: Final = (USER, 1000)
_DDL_FAILED: Final = (USER, 1003)

_CODES: Final[Mapping[tuple[int, int], tuple[str, ...]]] = {
    (SYSTEM, 0): ("EXCEEDED_LOCAL_MEMORY_LIMIT",),
    (SYSTEM, 100): ("AWS_UNREACHABLE", "GENERIC_INTERNAL_ERROR"),
    (SYSTEM, 210): ("QUERY_TIMEOUT",),
    (SYSTEM, 233): ("ICEBERG_COMMIT_ERROR",),
    (SYSTEM, 1009): ("S3_FAILED",),
    (SYSTEM, 1401): ("GLUE_THROTTLED",),
    (SYSTEM, 1403): ("S3_THROTTLED",),
    (SYSTEM, 1701): ("GLUE_FAILED",),
    (USER, 233): ("ICEBERG_TOO_MANY_OPEN_PARTITIONS",),
    (USER, 401): ("S3_WRITE",),
    (USER, 1000): ("GENERIC_USER_ERROR", "HIVE_PATH_ALREADY_EXISTS", "HIVE_TOO_MANY_OPEN_PARTITIONS"),
    (USER, 1001): (
        "CONSTRAINT_VIOLATION",
        "DIVISION_BY_ZERO",
        "HIVE_BAD_DATA",
        "HIVE_CURSOR_ERROR",
        "INVALID_CAST_ARGUMENT",
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES",
        "NUMERIC_VALUE_OUT_OF_RANGE",
        "SUBQUERY_MULTIPLE_ROWS",
    ),
    (USER, 1004): ("CATALOG_NOT_FOUND", "SCHEMA_ALREADY_EXISTS", "SCHEMA_NOT_EMPTY", "SCHEMA_NOT_FOUND"),
    # All that Trino's analyzer finds wrong with a statement before it runs.
    (USER, 1006): (
        "ALREADY_EXISTS",
        "AMBIGUOUS_FUNCTION_CALL",
        "AMBIGUOUS_NAME",
        "COLUMN_NOT_FOUND",
        "COLUMN_TYPE_UNKNOWN",
        "DUPLICATE_COLUMN_NAME",
        "DUPLICATE_NAMED_QUERY",
        "DUPLICATE_WINDOW_NAME",
        "EXPRESSION_NOT_AGGREGATE",
        "EXPRESSION_NOT_IN_DISTINCT",
        "EXPRESSION_NOT_SCALAR",
        "HIVE_COLUMN_ORDER_MISMATCH",
        "INVALID_COLUMN_REFERENCE",
        "INVALID_LIMIT_CLAUSE",
        "INVALID_LITERAL",
        "INVALID_ORDER_BY",
        "INVALID_PARAMETER_USAGE",
        "INVALID_PARTITION_BY",
        "INVALID_RECURSIVE_REFERENCE",
        "INVALID_WINDOW_FRAME",
        "INVALID_WINDOW_REFERENCE",
        "MISMATCHED_COLUMN_ALIASES",
        "MISSING_COLUMN_ALIASES",
        "MISSING_COLUMN_NAME",
        "MISSING_GROUP_BY",
        "MISSING_ORDER_BY",
        "MISSING_OVER",
        "NESTED_AGGREGATION",
        "SYNTAX_ERROR",
        "TABLE_ALREADY_EXISTS",
        "TYPE_MISMATCH",
    ),
    (USER, 1100): ("INVALID_ARGUMENTS",),
    (USER, 1103): ("INVALID_TABLE_PROPERTY",),
    (USER, 1106): ("INVALID_FUNCTION_ARGUMENT",),
    (USER, 1107): ("INVALID_VIEW", "VIEW_IS_RECURSIVE", "VIEW_IS_STALE"),
    (USER, 1110): ("TABLE_NOT_FOUND",),
    (USER, 1200): ("NOT_SUPPORTED",),
    (USER, 1300): ("NOT_FOUND",),
    (USER, 1303): ("FUNCTION_NOT_FOUND",),
    (USER, 1500): ("PERMISSION_DENIED",),
    (OTHER, 204): ("HIVE_INVALID_METADATA", "HIVE_INVALID_PARTITION_VALUE"),
    (OTHER, 233): ("ICEBERG_FILESYSTEM_ERROR", "ICEBERG_INVALID_METADATA"),
    (OTHER, 1009): ("HIVE_CANNOT_OPEN_SPLIT", "HIVE_FILESYSTEM_ERROR", "HIVE_WRITER_CLOSE_ERROR"),
}
"""Category and type: Trino's codes, and ours where Athena itself fails. Trino's external errors are OTHER."""

KINDS: Final[Mapping[str, tuple[int, int]]] = {
    # These two end no statement as FAILED, which alone have an AthenaError.
    **dict.fromkeys(("USER_CANCELED", "SCAN_LIMIT"), (USER, 1011)),
    **{code: kind for kind, codes in _CODES.items() for code in codes},
}

_WITHOUT_CODE: Final = (
    *("QUERY_TIMEOUT", "S3_WRITE", "USER_CANCELED", "SCAN_LIMIT"),
    *_OF_AWS,
)
"""What Athena itself says, not its engine."""

_BY_HIVE: Final = "FAILED: "
"""What a message begins with that has Hive's own error in it, and no code of Trino's before it."""

_RETRYABLE: Final = (
    *("EXCEEDED_LOCAL_MEMORY_LIMIT", "ICEBERG_COMMIT_ERROR", "ICEBERG_FILESYSTEM_ERROR"),
    *_OF_AWS,
    *("HIVE_CANNOT_OPEN_SPLIT", "HIVE_FILESYSTEM_ERROR", "HIVE_WRITER_CLOSE_ERROR"),
)
"""What may go well another time."""


@dataclass(frozen=True)
class Failure:
    """A code of Trino's, or of ours where Athena itself fails, and what happened."""

    code: str
    message: str

    @property
    def reason(self) -> str:
        """As StateChangeReason has it."""
        is_said = self.code in _WITHOUT_CODE or self.message.startswith(_BY_HIVE)
        return self.message if is_said else f"{self.code}: {self.message}"

    @property
    def athena_error(self) -> dict[str, Any]:
        """As AthenaError has it."""
        known = KINDS.get(self.code, _USER_ERROR)
        category, kind = _DDL_FAILED if self.message.startswith(_BY_HIVE) else known
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
