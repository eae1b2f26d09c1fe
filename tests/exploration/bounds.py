"""What is explored: how many of whom, and what may go wrong."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from reference.protocol.effects import StoredObject, Table
from tests.exploration.actors import FOREVER_S, Polls
from tests.exploration.tables import Records, TableState

World = tuple[int, ...]
"""Numbers of: bronze, quarantine, silver; the actors, writers first and the sweeper last; the flights as one."""

BRONZE, QUARANTINE, SILVER = range(3)
ACTORS = 3
ANY_POLLS: Final = Polls()
HELD: Final = "what somebody holds"
COMING: Final = "what somebody holds, and will have committed by the time of the sweeper's second look"
OLD: Final = (StoredObject(HELD, FOREVER_S), StoredObject(COMING, FOREVER_S))
"""What a sweeper lists. There may be nothing under either name."""


class Flight(NamedTuple):
    """A commit, by its number, that was sent; it may land yet, unless its table changes before."""

    commit: int
    pin: str
    held: int


@dataclass(frozen=True)
class Bounds:
    """What is explored. Crashes, waits and refusals are not bounded.

    Attributes:
        replays: their ids; the same one twice is one started twice.
        sweeps: tables that a sweeper looks at.
        lost_replies: whether commits land, or do not, without a reply.
        flights: so many commits without a reply at once that may land later.
        foreign: whether others commit snapshots, and expire them.
        coarse, fine: see above.
        compare_and_set: whether the catalog has it.
        properties_alone: whether a commit without rows makes no snapshot.
        begins_with: tables that are not empty.
        may_stop: whether a writer does right to stop.
    """

    records: Records
    writers: int = 2
    compactors: int = 0
    replays: tuple[str, ...] = ()
    sweeps: tuple[Table, ...] = ()
    polls: Polls = ANY_POLLS
    lost_replies: bool = False
    flights: int = 0
    foreign: bool = False
    coarse: bool = False
    fine: tuple[Table, ...] = ()
    compare_and_set: bool = True
    properties_alone: bool = False
    begins_with: tuple[TableState, ...] | None = None
    may_stop: bool = False

    def __post_init__(self) -> None:
        if self.coarse and self.flights:
            raise ValueError(
                "coarse bounds have no flights: nobody dies there between a commit's sending and its landing"
            )
