"""The protocol under every interleaving at small bounds, and each of its mutations caught."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.exploration.actors import Polls
from tests.exploration.catalogue import LONG, QUICK, SLOW
from tests.exploration.exploration import explore
from tests.exploration.explorer import Bounds, Explorer
from tests.exploration.mutations import MUTATIONS
from tests.exploration.tables import Records


def assert_holds(bounds: Bounds) -> None:
    found = explore(bounds)
    assert found.violation is None
    print(f"{found.worlds:,} worlds, {len(found.tables):,} states of the tables")
    assert found.worlds > 1_000


@pytest.mark.parametrize("story", QUICK)
def test_no_interleaving_breaks_the_protocol(story: str) -> None:
    assert_holds(QUICK[story])


@pytest.mark.slow
@pytest.mark.parametrize("story", SLOW)
def test_no_interleaving_breaks_the_protocol_at_larger_bounds(story: str) -> None:
    assert_holds(SLOW[story])


@pytest.mark.soak
@pytest.mark.parametrize("story", LONG)
def test_no_interleaving_breaks_the_protocol_with_everything_at_once(story: str) -> None:
    assert_holds(LONG[story])


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_is_caught(name: str) -> None:
    mutation = MUTATIONS[name]
    with mutation.in_place():
        found = explore(mutation.bounds, has_way=True)
    assert found.violation is not None
    assert len(found.way) > 0


SOUND = dict.fromkeys(replace(m.bounds, compare_and_set=True, properties_alone=False) for m in MUTATIONS.values())


@pytest.mark.parametrize("bounds", SOUND)
def test_nothing_is_wrong_where_the_mutations_are_caught(bounds: Bounds) -> None:
    assert explore(bounds).violation is None


@pytest.mark.parametrize(
    "bounds",
    [
        Bounds(Records(1, 2, (0b10, 0b00))),
        Bounds(Records(1, 3, (0b010,))),
        Bounds(Records(2, 1, (0b10, 0b00))),
        Bounds(Records(1, 3, (0b000,)), compactors=1),
        Bounds(Records(1, 2, (0b00,)), sweeps=("silver",)),
    ],
)
def test_taking_steps_together_loses_no_state_of_the_tables(bounds: Bounds) -> None:
    each_by_each, together = explore(bounds), explore(replace(bounds, coarse=True))
    assert together.tables == each_by_each.tables
    assert together.worlds < each_by_each.worlds / 2


class ManyWriters(RuleBasedStateMachine):
    """Random ways through a world too large to explore whole: any step may be next, at any time."""

    def __init__(self) -> None:
        super().__init__()
        records = Records(3, 3, (0b001010100, 0b000010000))
        polls = Polls(from_anywhere=True, all_or_one=True)
        self.explorer = Explorer(
            Bounds(records, 4, 2, ("bronze", "quarantine", "silver"), polls, lost_replies=True, flights=2, foreign=True)
        )
        self.world = self.explorer.first()

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        """Whatever may happen next happens; the explorer checks the tables after each commit."""
        self.world = data.draw(st.sampled_from(sorted(set(self.explorer.after(self.world)))))


ManyWriters.TestCase.settings = settings(max_examples=30, stateful_step_count=60, deadline=None)
TestManyWriters = ManyWriters.TestCase
