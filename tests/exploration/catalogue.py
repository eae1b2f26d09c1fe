"""What is explored, from what a second holds to what a night does."""

from collections.abc import Mapping
from typing import Final

from tests.exploration.actors import Polls
from tests.exploration.bounds import Bounds
from tests.exploration.tables import Records

ALL_TABLES: Final = ("bronze", "quarantine", "silver")
SILVER: Final = ("silver",)

QUICK: Final[Mapping[str, Bounds]] = {
    "no reply to a commit that may land later, foreign snapshots, expiries, a schema registered meanwhile": Bounds(
        Records(1, 2, (0b10, 0b00)), lost_replies=True, flights=1, foreign=True
    ),
    "three writers": Bounds(Records(1, 2, (0b10,)), writers=3),
    "two partitions, a decoder upgraded meanwhile": Bounds(Records(2, 1, (0b10, 0b00))),
    "writers that begin where Kafka says": Bounds(Records(1, 2, (0b10,)), polls=Polls(from_anywhere=True)),
    "a compactor and a sweeper": Bounds(Records(1, 2, (0b00,)), compactors=1, sweeps=SILVER),
    "two replays, a decoder upgraded meanwhile": Bounds(
        Records(1, 2, (0b11, 0b10)), writers=1, replays=("a", "b"), lost_replies=True
    ),
    "one replay started twice, beside a compactor": Bounds(
        Records(1, 2, (0b11, 0b10)), writers=1, replays=("a", "a"), compactors=1
    ),
    "a replay and a sweeper": Bounds(Records(1, 2, (0b11, 0b10)), writers=1, replays=("a",), sweeps=SILVER),
    "two compactors": Bounds(Records(1, 2, (0b00,)), compactors=2),
}
"""Seconds, in `make test`."""

SLOW: Final[Mapping[str, Bounds]] = {
    "three records; no reply, foreign snapshots, a schema registered meanwhile": Bounds(
        Records(1, 3, (0b010, 0b000)), lost_replies=True, flights=1, foreign=True
    ),
    "three writers, two commits under way": Bounds(
        Records(1, 1, (0b0,)), writers=3, lost_replies=True, flights=2, foreign=True
    ),
    "sweeps of all tables, replies lost": Bounds(Records(1, 2, (0b10,)), sweeps=ALL_TABLES, lost_replies=True),
    "two replays, commits that land later": Bounds(
        Records(1, 2, (0b11, 0b10)), writers=1, replays=("a", "b"), lost_replies=True, flights=1
    ),
    "three records, two compactors": Bounds(Records(1, 3, (0b000,)), compactors=2),
    "two partitions of three records": Bounds(Records(2, 3, (0b010010,)), coarse=True, polls=Polls(all_or_one=True)),
}
"""Minutes, in `make check-slow`."""

LONG: Final[Mapping[str, Bounds]] = {
    "two partitions of three records, a compactor and a sweeper": Bounds(
        Records(2, 3, (0b010010,)),
        compactors=1,
        sweeps=SILVER,
        coarse=True,
        fine=SILVER,
        polls=Polls(all_or_one=True),
    ),
}
"""Three hours or so and thirteen gigabytes, in `make soak`."""
