"""What a statement has written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Written:
    """New files' URLs, the rows in them, and by its values as texts each folder of a Hive table's partition."""

    files: Sequence[str]
    rows: int
    partitions: Mapping[tuple[str, ...], str] = field(default_factory=dict)
