"""Types of columns in files that are written, which have the names of rows' fields."""

from typing import Any

import pyarrow as pa

from scenarios.targets.embedded.athena.sql.arrow_types import arrow_type
from scenarios.targets.embedded.athena.sql.types import Type


def file_type(kind: Type) -> Any:
    """Arrow's type of a column in a file."""
    if kind.kind == "array":
        return pa.list_(file_type(kind.of[0]))
    if kind.kind == "map":
        return pa.map_(file_type(kind.of[0]), file_type(kind.of[1]))
    if kind.kind == "row":
        names = [name or f"field{place}" for place, name in enumerate(kind.names)]
        return pa.struct([(name, file_type(part)) for name, part in zip(names, kind.of, strict=True)])
    return arrow_type(kind)
