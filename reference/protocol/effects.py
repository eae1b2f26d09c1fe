"""What the protocol's programs ask of the world, one effect at a time.

A program is a generator: it yields an effect, is sent its answer, and decides between two of them what comes next. So
one and the same code is run by a writer on a real lake, and by an explorer on a model of one that crashes it, delays
it and puts others between any two effects.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from reference.protocol.offsets import Range, TableOffsets

T = TypeVar("T")
Table = Literal["bronze", "quarantine", "silver"]


@dataclass(frozen=True)
class Load:
    """Read a table anew. Answer: its TableOffsets. An append to it is refused if it has changed since."""

    table: Table


@dataclass(frozen=True)
class LogStarts:
    """Ask Kafka where the logs of these partitions begin. Answer: offset by partition."""

    partitions: tuple[int, ...]


@dataclass(frozen=True)
class Decode:
    """Decode the batch's records, as decoder and registry are now."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class DecodePinned:
    """Decode the batch's records as a stored pin says. Raises DecoderDisagrees: this decoder cannot."""

    ranges: tuple[Range, ...]
    pin: str


@dataclass(frozen=True)
class PutPin:
    """Store how the batch was decoded. Answer: the new object's name, which no other object ever has."""


@dataclass(frozen=True)
class WriteFiles:
    """Put the rows that `ranges` add to a table into new files, which no reader sees before a commit names them."""

    table: Table
    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class Age:
    """Answer: how long ago, in seconds, the writing of what the next append to this table names began. Infinity where
    the table, as last loaded, has another partition spec by now: what was written for it is of no use any more."""

    table: Table


@dataclass(frozen=True)
class Append:
    """Commit the files written last for this table, and these properties, in one snapshot.

    Raises CommitRefused: it did not land. CommitUnknown: it landed, or may land yet.
    """

    table: Table
    ranges: tuple[Range, ...]
    properties: Mapping[str, str]
    removals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Register:
    """Commit these properties, which make partitions known to a table, in an empty snapshot. Raises as Append."""

    table: Table
    properties: Mapping[str, str]


@dataclass(frozen=True)
class LiveFile:
    """A data file of a table's newest snapshot; `folder` is its partition's."""

    path: str
    folder: str
    bytes: int


@dataclass(frozen=True)
class TableFiles:
    """A table's data files, and how old an orphan must be to be swept."""

    live: tuple[LiveFile, ...]
    grace_s: float


@dataclass(frozen=True)
class LoadFiles:
    """Read a table anew. Answer: its TableFiles. A swap on it is refused if it has changed since."""

    table: Table


@dataclass(frozen=True)
class Merge:
    """Write, for each group of live files, one new file with their rows."""

    table: Table
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Swap:
    """Commit the files merged last in place of `inputs`, in one snapshot. Raises as Append."""

    table: Table
    inputs: frozenset[str]


@dataclass(frozen=True)
class Fence:
    """Commit an empty snapshot. Raises as Append."""

    table: Table


@dataclass(frozen=True)
class StoredObject:
    """An object of the store, and how long ago, by the store's own clock, it was written."""

    path: str
    age_s: float


@dataclass(frozen=True)
class ListObjects:
    """List what lies in the store where a table's data, metadata and pins lie. Answer: StoredObjects."""

    table: Table


@dataclass(frozen=True)
class Named:
    """Read a table anew. Answer: the paths of all that any of its snapshots, its metadata or its pins name."""

    table: Table


@dataclass(frozen=True)
class Delete:
    """Remove objects from the store."""

    table: Table
    paths: tuple[str, ...]


@dataclass(frozen=True)
class DecodeQuarantined:
    """Decode what is quarantined in these ranges, as decoder and registry are now."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class Replayed:
    """Of one snapshot: the table's offsets, and the (partition, offset) of what was replayed already."""

    offsets: TableOffsets
    already: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class LoadReplay:
    """Read a table anew. Answer: Replayed, of these ranges. An append to it is refused if it has changed since."""

    table: Table
    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class WriteReplayed:
    """Put what was decoded, but for what is left out, into new files."""

    ranges: tuple[Range, ...]
    left_out: frozenset[tuple[int, int]]


@dataclass(frozen=True)
class LookFor:
    """Read a table anew. Answer: whether it has this snapshot."""

    table: Table
    snapshot_id: int


@dataclass(frozen=True)
class Pause:
    """Wait a little before the next try."""

    attempt: int


@dataclass(frozen=True)
class Landed:
    """Say to whoever keeps a journal that the last append to this table landed."""

    table: Table


WriterEffect = (
    Load | LogStarts | Register | Decode | DecodePinned | PutPin | WriteFiles | Age | Append | LookFor | Pause | Landed
)
Commit = Append | Swap | Fence
"""What moves a table, compared with what was read of it last."""
CompactEffect = LoadFiles | Merge | Age | Swap | LookFor | Pause
OrphansEffect = Load | ListObjects | Named
SweepEffect = OrphansEffect | Fence | Delete | LookFor | Pause
ReplayEffect = DecodeQuarantined | LoadReplay | Age | WriteReplayed | Append | LookFor | Pause
Effect = WriterEffect | CompactEffect | SweepEffect | ReplayEffect
Program = Generator[Effect, Any, T]
"""Yields effects, is sent their answers, returns a T."""
