"""Why a table's files cannot be read."""

import pyarrow as pa

from scenarios.targets.embedded.athena.sql.errors import SqlError


def cannot_read(path: str, error: Exception) -> SqlError:
    """A file of a table is not there, or not what it should be."""
    if isinstance(error, pa.ArrowInvalid):
        return SqlError("HIVE_BAD_DATA", f"Error reading {path}: {error}")
    return SqlError("HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {path}: {error}")
