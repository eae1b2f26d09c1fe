"""Scenarios of all kinds, for property tests."""

from typing import Any, get_args

from hypothesis import strategies as st

from chaos.catalogue import parse_fault
from scenarios.model.scenario import BrokenTwin, Figure, Phase, Scenario, VerdictName

FIGURES = get_args(Figure)
names = st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True)
stories = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=199).map(
    lambda text: f"{text}."
)
durations, rates = st.floats(0.1, 86_400), st.floats(10, 1_000_000)
phases = st.builds(Phase, for_s=durations, rate_per_s=rates) | st.builds(
    Phase, for_s=durations, rate_per_s=rates, to_rate_per_s=rates, steps=st.integers(0, 1000)
)
phases |= st.builds(Phase, for_s=durations, rate_per_s=rates, like=st.sampled_from(["day", "week"]))
events = st.one_of(
    st.just("generated"),
    st.integers(1, 999_999_999).map(lambda count: f"generated:{count}"),
    st.sampled_from(["csv:orders", "jsonl:a: b #c.jsonl", "csv:1.5"]),
)
twins = st.builds(
    BrokenTwin,
    story=stories,
    fails=st.sampled_from(get_args(VerdictName)),
    set=st.dictionaries(st.sampled_from(["seed", "flush_rows"]), st.integers(1, 1000)),
    control=names,
)


@st.composite
def bounds(draw: st.DrawFn) -> dict[str, Any]:
    """at_most and at_least, for figures of their own, so that they leave room."""
    split = draw(st.permutations(FIGURES))
    number = st.floats(0, 1e12)
    return {
        "at_most": draw(st.dictionaries(st.sampled_from(split[:10]), number, max_size=3)),
        "at_least": draw(st.dictionaries(st.sampled_from(split[10:]), number, max_size=3)),
    }


@st.composite
def faults(draw: st.DrawFn, duration_s: float, writers: int) -> Any:
    """A fault that begins within the load, on a part that there is."""
    kind = draw(
        st.sampled_from(
            [{"fault": name} for name in ("noop", "kill", "freeze", "restart")]
            + [{"fault": "slow-consumer", "times": 3.5}, {"fault": "memory-limit", "headroom_mib": 7}]
        )
    )
    part = draw(st.sampled_from(["kafka", "ingest", *(f"writer-{number + 1}" for number in range(writers))]))
    return parse_fault({**kind, "part": part, "at_s": draw(st.floats(0, duration_s)), "for_s": draw(st.floats(0, 100))})


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Any valid scenario."""
    load = draw(st.lists(phases, min_size=1, max_size=4))
    writers = draw(st.integers(1, 8))
    duration_s = min(sum(phase.for_s for phase in load), 86_400)
    return Scenario(
        name=draw(names),
        story=draw(stories),
        events=draw(events),
        seed=draw(st.integers(0, 2**63 - 1)),
        shift_dates=draw(st.booleans()),
        writers=writers,
        flush_seconds=draw(st.floats(0.05, 600)),
        arrivals=draw(st.sampled_from(["even", "poisson"])),
        call=draw(st.sampled_from(["stream", "unary", "batch"])),
        connections=draw(st.integers(1, 1_000)),
        retries=draw(st.integers(0, 100)),
        warm_up_s=draw(st.floats(0, 600)),
        phases=tuple(load),
        bad_rows=draw(st.dictionaries(st.just("renamed-field"), st.floats(0, 1))),
        faults=tuple(draw(st.lists(faults(duration_s, writers), max_size=3))),
        budget_usd_per_million_events=draw(st.none() | st.floats(0, 1e9)),
        broken_twin=draw(st.none() | twins),
        **draw(bounds()),
    )
