"""A real writer killed, and frozen until another has its partition and woken, before and after each of its steps."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reference.writer.__main__ import FAILPOINTS
from tests.http_proxy import Lost, glue_proxy
from tests.reference.writer.bench import Bench, assert_each_offset_once, await_true, orders

pytestmark = pytest.mark.integration

QUICK = {"after-append-bronze", "before-append-silver"}
"""Of each in `make test`; a sixth of the others in `make check-slow`, all in `make soak`."""

# The commits of a writer that is the first: it registers the topic with three tables, and then writes a batch to them.
COMMITS = {"bronze": 4, "quarantine": 5, "silver": 6}


def points() -> list[object]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.share) for name in FAILPOINTS]


@contextmanager
def on_the_way_to(bench: Bench, name: str) -> Iterator[str | None]:
    """What must have happened for a writer to come there; yields Glue's URL if it is another than usual."""
    step = name.partition("-")[2]
    if step == "decode-pinned":
        # A writer died between bronze and silver.
        bench.writer(failpoint="after-append-bronze=kill")
        bench.await_dead(0)
    lost: dict[int, Lost] = {}
    if step.startswith("look-for-"):
        lost = {COMMITS[step.removeprefix("look-for-")]: "reply"}
    elif step == "pause":
        lost = {COMMITS["bronze"]: "request"}
    if lost:
        with glue_proxy(bench.settings, lost) as (url, _lost):
            yield url
    else:
        yield None


@pytest.mark.parametrize("name", points())
def test_a_writer_killed_anywhere_leaves_each_event_in_exactly_one_place(bench: Bench, name: str) -> None:
    bench.send(orders())
    with on_the_way_to(bench, name) as glue:
        bench.writer(failpoint=f"{name}=kill", glue=glue)
        bench.await_dead(-1)
    bench.writer()
    bench.await_drained()
    bench.end()
    assert_each_offset_once(bench)


@pytest.mark.parametrize("name", points())
def test_a_writer_frozen_anywhere_and_woken_after_its_partition_was_taken_adds_nothing(bench: Bench, name: str) -> None:
    bench.send(orders())
    with on_the_way_to(bench, name) as glue:
        bench.writer(failpoint=f"{name}=stop", glue=glue)
        bench.await_frozen(-1)
        bench.writer()
        bench.await_drained()
        bench.wake(-2)
        # It ends only once it has gone on from where it was frozen.
        bench.end()
    assert_each_offset_once(bench)


def test_a_woken_writer_says_that_another_was_first(bench: Bench) -> None:
    bench.send(orders())
    log = bench.writer(failpoint="before-append-silver=stop")
    bench.await_frozen(0)
    bench.writer()
    bench.await_drained()
    bench.wake(0)
    await_true(lambda: "another writer was first" in log.read_text(), "the woken writer's commit was not refused")
