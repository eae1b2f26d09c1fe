"""The protocol under every interleaving at small bounds, and each of its mutations caught."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.exploration.actors import Polls
from tests.exploration.bounds import ACTORS, Bounds, World
from tests.exploration.catalogue import LONG, QUICK, SLOW
from tests.exploration.exploration import explore
from tests.exploration.explorer import Explorer
from tests.exploration.mutations import MUTATIONS
from tests.exploration.tables import Records, Violation


def assert_holds(story: str, bounds: Bounds, capsys: pytest.CaptureFixture[str]) -> None:
    found = explore(bounds)
    assert found.violation is None
    with capsys.disabled():
        print(f"\n  {story}: {found.worlds:,} worlds, {len(found.tables):,} states of the tables", end=" ")
    assert found.worlds > 1_000


@pytest.mark.parametrize("story", QUICK)
def test_no_interleaving_breaks_the_protocol(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert_holds(story, QUICK[story], capsys)


@pytest.mark.slow
@pytest.mark.parametrize("story", SLOW)
def test_no_interleaving_breaks_the_protocol_at_larger_bounds(story: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert_holds(story, SLOW[story], capsys)


@pytest.mark.soak
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("story", LONG)
def test_no_interleaving_breaks_the_protocol_with_everything_at_once(
    story: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_holds(story, LONG[story], capsys)


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_is_caught(name: str) -> None:
    mutation = MUTATIONS[name]
    with mutation.in_place():
        found = explore(mutation.bounds, has_way=True)
    assert found.violation is not None
    assert mutation.seen in found.violation
    assert len(found.way) > 0


BEYOND_COARSE = {
    "properties-alone": "coarse steps take for granted that a commit is refused if its table has changed",
    "unclear-is-yes": "where a look and a commit are one step, no reply is lost without a crash",
}
"""What coarse steps are blind to, and why."""


@pytest.mark.parametrize("name", [name for name in MUTATIONS if name not in BEYOND_COARSE])
def test_a_mutation_is_caught_by_coarse_steps_too(name: str) -> None:
    mutation = MUTATIONS[name]
    with mutation.in_place():
        found = explore(replace(mutation.bounds, coarse=True, fine=("silver",)))
    assert found.violation is not None


SOUND = dict.fromkeys(
    bounds
    for mutation in MUTATIONS.values()
    if (bounds := replace(mutation.bounds, compare_and_set=True, properties_alone=False))
    not in (*QUICK.values(), *SLOW.values())
)


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

    bounds = Bounds(
        Records(3, 3, (0b001010100, 0b000010000)),
        writers=4,
        compactors=2,
        replays=("a", "a", "b"),
        sweeps=("bronze", "quarantine", "silver"),
        polls=Polls(from_anywhere=True, all_or_one=True),
        lost_replies=True,
        flights=2,
        foreign=True,
    )

    def __init__(self) -> None:
        super().__init__()
        self.explorer = Explorer(self.bounds)
        self.world = self.explorer.first()

    @rule(data=st.data(), actor=st.integers(ACTORS, ACTORS + 9), steps=st.integers(1, 15))
    def go_on(self, data: st.DataObject, actor: int, steps: int) -> None:
        """One goes on for a while; the explorer checks the tables after each commit."""
        for _ in range(steps):
            self._be_one_of(data, self.explorer.if_goes_on(self.world, actor))

    @rule(data=st.data(), actor=st.integers(ACTORS, ACTORS + 9))
    def die(self, data: st.DataObject, actor: int) -> None:
        """One dies and begins anew."""
        self._be_one_of(data, self.explorer.if_dies(self.world, actor))

    @rule(data=st.data())
    def act_elsewhere(self, data: st.DataObject) -> None:
        """A commit sent earlier lands, or somebody else commits."""
        self._be_one_of(data, self.explorer.if_others_act(self.world))

    def _be_one_of(self, data: st.DataObject, worlds: Iterable[World]) -> None:
        if choices := sorted(set(worlds)):
            self.world = data.draw(st.sampled_from(choices))


class NoCompareAndSet(ManyWriters):
    """On a catalog that takes every commit."""

    bounds = replace(ManyWriters.bounds, compare_and_set=False)


WAYS = settings(max_examples=50, stateful_step_count=40, deadline=None)
ManyWriters.TestCase.settings = WAYS
TestManyWriters = ManyWriters.TestCase
ONE_FAILURE = settings(WAYS, max_examples=1_000, phases=[Phase.generate], derandomize=True, database=None)


def test_random_ways_come_upon_what_is_wrong() -> None:
    with pytest.raises(Violation):
        run_state_machine_as_test(NoCompareAndSet, settings=ONE_FAILURE)
