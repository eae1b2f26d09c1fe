"""The protocol, each time with one thing wrong: an exploration that does not see it sees nothing.

Each stands for a line of the protocol that somebody might drop, swap or get wrong by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from reference.protocol import compacting, decisions, replaying, sweeping, writing
from reference.protocol.decisions import LakeOffsets
from reference.protocol.offsets import TableOffsets
from tests.exploration import wrong
from tests.exploration.actors import Polls
from tests.exploration.bounds import Bounds
from tests.exploration.tables import Records


@dataclass(frozen=True)
class Mutation:
    """One thing wrong.

    Attributes:
        story: what it is.
        seen: words of the violation that it must be caught by.
        patches: what stands in the place of what, as (object, attribute, value).
        bounds: within which it must be caught.
    """

    story: str
    seen: str
    patches: Sequence[tuple[Any, str, Any]]
    bounds: Bounds

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The protocol with the mutation."""
        sound = [(where, name, where.__dict__[name]) for where, name, _ in self.patches]
        for where, name, value in self.patches:
            setattr(where, name, value)
        try:
            yield
        finally:
            for where, name, value in sound:
                setattr(where, name, value)


# One partition of two records, the second of which is no order; the same where a decode may find it to be one.
ONE = Bounds(Records(1, 2, (0b10,)))
MIXED = Bounds(Records(1, 2, (0b10, 0b00)))
TWO = Bounds(Records(2, 1, (0b11, 0b00)))
FILES = Bounds(Records(1, 3, (0b000,)), compactors=2)
SWEPT = Bounds(Records(1, 1, (0b0,)), sweeps=("silver",))


REPLAYS = Bounds(Records(1, 2, (0b11, 0b10)), writers=1, replays=("a", "b"))
FROM_KAFKA = Polls(from_anywhere=True)


MUTATIONS: Mapping[str, Mutation] = {
    "no-fence": Mutation(
        "A commit goes on though the offsets moved.", "twice", [(writing, "may_commit", wrong.no_fence)], ONE
    ),
    "fence-of-one": Mutation(
        "The fence looks at a batch's first partition alone.",
        "twice",
        [(writing, "may_commit", wrong.fence_of_one)],
        TWO,
    ),
    "fence-ajar": Mutation(
        "The fence lets through what begins beyond the table's end.",
        "is past",
        [(writing, "may_commit", wrong.fence_ajar)],
        replace(ONE, polls=FROM_KAFKA),
    ),
    "silent-retry": Mutation(
        "A refused commit goes on top of the new head, as by pyiceberg's retries.",
        "twice",
        [(writing, "commit", wrong.fence_once)],
        ONE,
    ),
    "no-compare-and-set": Mutation("The catalog takes every commit.", "twice", [], replace(ONE, compare_and_set=False)),
    "silver-first": Mutation(
        "Silver is committed before quarantine.",
        "not in the order of commits",
        [(writing, "COMMIT_ORDER", ("bronze", "silver", "quarantine"))],
        ONE,
    ),
    "bronze-last": Mutation(
        "Bronze is committed last.",
        "not in the order of commits",
        [(writing, "COMMIT_ORDER", ("quarantine", "silver", "bronze"))],
        ONE,
    ),
    "no-skip": Mutation(
        "A redo gives each table all of the batch.",
        "does not get on",
        [(writing, "rest_of", lambda batch, _next: batch)],
        ONE,
    ),
    "no-pin": Mutation("Bronze is committed without a pin.", "no pin", [(writing, "prepare", wrong.no_pin)], ONE),
    "pin-after-bronze": Mutation(
        "The pin is set after bronze's rows.", "no pin", [(writing, "commit", wrong.pin_apart)], ONE
    ),
    "pin-not-followed": Mutation("A redo decodes anew.", "in neither", [(decisions, "cut", wrong.anew)], MIXED),
    "pin-crossed": Mutation(
        "A redo goes beyond its pin.", "where no decoder puts it", [(decisions, "cut", wrong.across)], ONE
    ),
    "pin-of-another": Mutation(
        "Two pins' ranges follow one of them.", "in neither", [(decisions, "cut", wrong.by_one_pin)], TWO
    ),
    "pin-too-short": Mutation(
        "A pin covers a part of its range.", "no pin", [(writing, "prepare", wrong.short_pins)], ONE
    ),
    "pin-spent-early": Mutation(
        "Bronze's commit removes pins that quarantine and silver are not past.",
        "no pin",
        [(writing, "spent_pins", wrong.all_pins)],
        TWO,
    ),
    "offset-apart": Mutation(
        "The offset is set in a commit of its own, after the rows.",
        "is past",
        [(writing, "commit", wrong.offset_apart)],
        ONE,
    ),
    "offset-too-high": Mutation(
        "Next offset plus one.", "is past", [(writing, "next_offset_properties", wrong.plus(1))], ONE
    ),
    "offset-too-low": Mutation(
        "Next offset minus one.", "is past", [(writing, "next_offset_properties", wrong.plus(-1))], ONE
    ),
    "properties-alone": Mutation(
        "A commit without rows sets properties alone, which no catalog compares.",
        "is not past",
        [],
        replace(ONE, properties_alone=True),
    ),
    "zero-if-missing": Mutation(
        "A table without the key begins at 0.",
        "twice",
        [
            (TableOffsets, "next_offset", wrong.zero_if_missing),
            (
                writing,
                "may_commit",
                lambda table, _topic_id, ranges: all(table.next_offset(r.partition) == r.first for r in ranges),
            ),
        ],
        wrong.with_a_key_missing(),
    ),
    "from-the-furthest": Mutation(
        "A writer begins where the furthest table ends.",
        "does not get on",
        [(LakeOffsets, "start", lambda lake, p: lake.bronze.next_offset(p))],
        ONE,
    ),
    "from-kafka": Mutation(
        "A writer begins where Kafka says.",
        "where no decoder puts it",
        [(decisions, "cut", wrong.from_kafka)],
        replace(ONE, polls=FROM_KAFKA),
    ),
    "unclear-is-yes": Mutation(
        "A commit without a reply is taken to have landed.",
        "not in the order of commits",
        [(writing, "try_commit", wrong.believing)],
        replace(ONE, lost_replies=True),
    ),
    "goes-on": Mutation(
        "Too late for one table, a writer goes on with the next.",
        "not in the order of commits",
        [(writing, "_write", wrong.goes_on)],
        MIXED,
    ),
    "bronze-read-first": Mutation(
        "The tables are read in the order of commits.",
        "not in the order of commits",
        [(writing, "read_lake", wrong.in_commit_order)],
        ONE,
    ),
    "read-once": Mutation(
        "Tables that do not fit together are taken as read.", "no pin", [(writing, "read_lake", wrong.once)], ONE
    ),
    "swap-blindly": Mutation(
        "A refused compaction does not look whether its files are live.",
        "a compaction",
        [(compacting, "compact", wrong.swap_blindly)],
        FILES,
    ),
    "sweep-without-fence": Mutation(
        "The sweeper commits nothing.", "was swept", [(sweeping, "fence", wrong.no_sweepers_fence)], SWEPT
    ),
    "sweep-lists-late": Mutation(
        "The sweeper lists after its empty snapshot.", "was swept", [(sweeping, "sweep", wrong.fence_then_list)], SWEPT
    ),
    "sweep-looks-once": Mutation(
        "The sweeper takes what nothing named before its empty snapshot.",
        "was swept",
        [(sweeping, "sweep", wrong.sweep_looks_once)],
        SWEPT,
    ),
    "old-files-named": Mutation(
        "A writer does not look how old its files are.",
        "was swept",
        [(writing, "is_too_old", lambda _age_s, _grace_s: False)],
        SWEPT,
    ),
    "old-merge-named": Mutation(
        "A compactor does not look how old its file is.",
        "was swept",
        [(compacting, "is_too_old", lambda _age_s, _grace_s: False)],
        replace(FILES, records=Records(1, 2, (0b00,)), compactors=1, sweeps=("silver",)),
    ),
    "old-replay-named": Mutation(
        "A replay does not look how old its files are.",
        "was swept",
        [(replaying, "is_too_old", lambda _age_s, _grace_s: False)],
        replace(REPLAYS, records=Records(1, 1, (0b1, 0b0)), replays=("a",), sweeps=("silver",)),
    ),
    "replayed-twice": Mutation(
        "A replay does not look what others have replayed.",
        "replayed twice",
        [(replaying, "replay", wrong.replay_blindly)],
        REPLAYS,
    ),
    "replay-looks-once": Mutation(
        "A refused replay does not look again what others have replayed.",
        "replayed twice",
        [(replaying, "replay", wrong.replay_looks_once)],
        REPLAYS,
    ),
    "replay-too-far": Mutation(
        "A replay takes what silver is not past.",
        "not yet on its first way",
        [(replaying, "replay_ranges", wrong.replay_all), (replaying, "may_replay", lambda *_: True)],
        REPLAYS,
    ),
    "replay-leaves-out": Mutation(
        "A replay is past events that it has not written.",
        "nobody has replayed",
        [(replaying, "WriteReplayed", wrong.replay_leaves_out_all)],
        REPLAYS,
    ),
}
"""By name."""
