"""A row of the table `batches`: one partition's range in one commit to one table of the lake."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BatchEntry:
    """See migrations/versions/0001_batches.sql for what each column says; None stands for what is not known."""

    topic_id: str
    table_name: str
    partition: int
    first_offset: int
    end_offset: int
    rows: int
    bytes: int | None
    files: Sequence[str] | None
    writer: str | None
    decode_ns: int | None
    write_ns: int | None
    commit_ns: int | None
    committed_ns: int
    source: Literal["writer", "snapshot", "rows"]

    @property
    def key(self) -> tuple[str, str, int, int]:
        """The table's primary key."""
        return (self.topic_id, self.table_name, self.partition, self.first_offset)
