"""Why a table cannot be read or changed: its files are not what they should be, or AWS refuses."""

from typing import Final

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

from scenarios.targets.embedded.athena.sql.errors import SqlError

_THROTTLED: Final = frozenset(
    (
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "SlowDown"),
        *("RequestLimitExceeded", "TooManyRequestsException", "ProvisionedThroughputExceededException"),
    )
)
_DENIED: Final = frozenset(("AccessDenied", "AccessDeniedException", "Forbidden", "403"))
_OF_S3: Final = frozenset(
    (
        *("GetObject", "HeadObject", "PutObject", "ListObjectsV2", "DeleteObjects"),
        *("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"),
    )
)
"""What is asked of S3; all else is of Glue."""


def cannot_read(path: str, error: Exception) -> SqlError:
    """A file of a table is not there, or not what it should be."""
    if isinstance(error, pa.ArrowInvalid):
        return SqlError("HIVE_BAD_DATA", f"Error reading {path}: {error}")
    return SqlError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {path}: {error}")


def cannot_read_metadata(what: str, error: OSError) -> SqlError:
    """A file that says what is in an Iceberg table is not there, or S3 does not give it out now."""
    code = "ICEBERG_INVALID_METADATA" if isinstance(error, FileNotFoundError) else "ICEBERG_FILESYSTEM_ERROR"
    return SqlError(code, f"Error reading {what}: {error}")


def refused_by_aws(error: BotoCoreError | ClientError) -> SqlError:
    """Glue or S3 does not do what a statement needs, and the statement ends; another time it may go well."""
    if not isinstance(error, ClientError):
        return SqlError("AWS_UNREACHABLE", f"Query failed, AWS Glue or Amazon S3 cannot be reached: {error}")
    code = error.response["Error"]["Code"]
    is_s3 = error.operation_name in _OF_S3
    name = "Amazon S3" if is_s3 else "AWS Glue"
    if code in _DENIED:
        return SqlError("PERMISSION_DENIED", f"{name}: {error}")
    if code in _THROTTLED:
        return SqlError(
            "S3_THROTTLED" if is_s3 else "GLUE_THROTTLED", f"Query failed due to {name} throttling: {error}"
        )
    return SqlError(
        "S3_FAILED" if is_s3 else "GLUE_FAILED", f"Query failed due to an {name} internal exception: {error}"
    )
