"""Registrations at once, under every interleaving: also by a writer that has not seen the newest partition yet."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import pytest

from reference.errors import CommitRefused
from reference.protocol.decisions import COMMIT_ORDER
from reference.protocol.effects import Effect, Load, LogStarts, Pause, Register
from reference.protocol.offsets import TableOffsets, parse_offsets
from reference.protocol.registering import register

TOPIC, TOPIC_ID = "orders", "id"
COUNTS: Final = (1, 2)
"""How many partitions each of the writers knows of."""
LAST_START: Final = 1
"""The log's start moves so far meanwhile: old records are deleted."""

Properties = tuple[tuple[str, str], ...]
REFUSED: Final = "refused"


class World(NamedTuple):
    """The tables' properties and versions, the log's start, and each writer's answers since it last began."""

    tables: tuple[tuple[int, Properties], ...] = ((0, ()),) * len(COMMIT_ORDER)
    log_start: int = 0
    answers: tuple[tuple[Any, ...], ...] = ((),) * len(COUNTS)


@cache
def parsed(properties: Properties) -> TableOffsets:
    return parse_offsets(dict(properties), TOPIC)


def offsets(world: World, table: str) -> TableOffsets:
    return parsed(world.tables[COMMIT_ORDER.index(table)][1])


@cache
def asked(count: int, answers: tuple[Any, ...]) -> Effect | None:
    """What a writer asks for after these answers; None if it is done."""
    program = register(TOPIC, TOPIC_ID, count)
    try:
        effect = next(program)
        for answer in answers:
            match effect, answer:
                case Load(), (_version, properties):
                    effect = program.send(parsed(properties))
                case LogStarts(partitions), int(start):
                    effect = program.send(dict.fromkeys(partitions, start))
                case Register(table), str():
                    effect = program.throw(CommitRefused(table))
                case _:
                    effect = program.send(None)
    except StopIteration:
        return None
    return effect


@cache
def loaded(count: int, answers: tuple[Any, ...], table: str) -> int:
    """The version of a table that a writer has seen last."""
    seen = [
        answer[0]
        for at, answer in enumerate(answers)
        if isinstance(effect := asked(count, answers[:at]), Load) and effect.table == table
    ]
    return int(seen[-1])


def after(world: World, writer: int, compare_and_set: bool) -> Iterator[World]:
    """Where a writer's next step leads."""
    answers = world.answers[writer]

    def answered(answer: Any, **changes: Any) -> World:
        own = (*answers, answer)
        return world._replace(answers=(*world.answers[:writer], own, *world.answers[writer + 1 :]), **changes)

    match asked(COUNTS[writer], answers):
        case None:
            return
        case Load(table):
            yield answered(world.tables[COMMIT_ORDER.index(table)])
        case LogStarts():
            yield answered(world.log_start)
        case Register(table, properties):
            at = COMMIT_ORDER.index(table)
            version, known = world.tables[at]
            if compare_and_set and loaded(COUNTS[writer], answers, table) != version:
                yield answered(REFUSED)
                return
            changed = (version + 1, tuple(sorted((dict(known) | dict(properties)).items())))
            tables = (*world.tables[:at], changed, *world.tables[at + 1 :])
            yield answered(None, tables=tables)
            # It died before it knew.
            yield world._replace(tables=tables, answers=_begun_anew(world, writer))
        case Pause():
            yield answered(None)
    if answers:
        yield world._replace(answers=_begun_anew(world, writer))


def _begun_anew(world: World, writer: int) -> tuple[tuple[Any, ...], ...]:
    return (*world.answers[:writer], (), *world.answers[writer + 1 :])


def worlds(compare_and_set: bool) -> Iterator[World]:
    """All that can come about."""
    first = World()
    seen, waiting = {first}, [first]
    while waiting:
        world = waiting.pop()
        yield world
        reachable = [w for writer in range(len(COUNTS)) for w in after(world, writer, compare_and_set)]
        if world.log_start < LAST_START:
            reachable.append(world._replace(log_start=world.log_start + 1))
        for new in reachable:
            if new not in seen:
                seen.add(new)
                waiting.append(new)


def wrong(world: World) -> str | None:
    """What must not be: a partition begins at different offsets, or one is missing where all writers are done."""
    bronze = offsets(world, "bronze")
    for name in COMMIT_ORDER[1:]:
        table = offsets(world, name)
        if any(start != bronze.start.get(partition) for partition, start in table.start.items()):
            return f"{name} begins at {table.start}, bronze at {bronze.start}"
    done = all(asked(count, answers) is None for count, answers in zip(COUNTS, world.answers, strict=True))
    short = [name for name in COMMIT_ORDER if len(offsets(world, name).next) < max(COUNTS)]
    return f"{short} know too few partitions" if done and short else None


def test_every_partition_begins_at_one_offset_in_all_tables_whoever_registers_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = [(world, wrong(world)) for world in worlds(compare_and_set=True)]
    assert [verdict for _, verdict in found if verdict] == []
    assert {world.log_start for world, _ in found} == {0, LAST_START}
    assert len({world.tables for world, _ in found}) > 10
    with capsys.disabled():
        print(f"\n  {len(found):,} worlds", end=" ")


def test_where_the_catalog_does_not_compare_it_is_seen_that_offsets_differ() -> None:
    assert any("begins at" in (wrong(world) or "") for world in worlds(compare_and_set=False))
