"""What the protocol's programs ask of the world, one effect at a time.

A program is a generator: it yields an effect, is sent its answer, and decides between two of them what comes next. So
one and the same code is run by a writer on a real lake, and by an explorer on a model of one that crashes it, delays
it and puts others between any two effects.
"""

import re
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar, get_args

from reference.errors import CommitRefused, CommitUnknown
from reference.protocol.offsets import Range

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
    """Answer: how long ago, in seconds, the writing of what the next append to this table names began."""

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


Effect = (
    Load | LogStarts | Register | Decode | DecodePinned | PutPin | WriteFiles | Age | Append | LookFor | Pause | Landed
)
Program = Generator[Effect, Any, T]
"""Yields effects, is sent their answers, returns a T."""


def step_of(effect: Effect) -> str:
    """The effect's name as failpoints have it: `append-silver`, `put-pin`."""
    return _step(type(effect), getattr(effect, "table", ""))


def _step(kind: type, table: str) -> str:
    words = re.findall("[A-Z][a-z]+", kind.__name__)
    return "-".join([*words, table] if table else words).lower()


def steps() -> list[str]:
    """The names of all effects, on every table that they may be on."""
    return [
        _step(kind, table)
        for kind in get_args(Effect)
        for table in (get_args(Table) if "table" in {field.name for field in fields(kind)} else ("",))
    ]


def perform(program: "Program[T]", do: Callable[[Effect], Any], reach: Callable[[str], None]) -> T:
    """Run a program on the world; return what it returns.

    Args:
        do: does one effect and returns its answer.
        reach: called before and after each effect with the failpoint's name: `before-append-silver`.
    """
    try:
        effect = next(program)
        while True:
            reach(f"before-{step_of(effect)}")
            try:
                answer = do(effect)
            except (CommitRefused, CommitUnknown) as error:
                effect = program.throw(error)
            else:
                reach(f"after-{step_of(effect)}")
                effect = program.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result
