"""Runs a program on the world, with a failpoint before and after each effect."""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, TypeVar, get_args

from reference.errors import CommitRefused, CommitUnknown
from reference.protocol.effects import Effect, Program, Table

T = TypeVar("T")


def step_of(effect: Effect) -> str:
    """The effect's name as failpoints have it: `append-silver`, `put-pin`."""
    return _step(type(effect), getattr(effect, "table", ""))


def _step(kind: type, table: str) -> str:
    words = re.findall("[A-Z][a-z]+", kind.__name__)
    return "-".join([*words, table] if table else words).lower()


def steps(effects: Any, tables: Sequence[Table] = get_args(Table)) -> list[str]:
    """The names of all effects of a union, those of one table on each of these."""
    return [
        _step(kind, table)
        for kind in get_args(effects)
        for table in (tables if "table" in {field.name for field in fields(kind)} else ("",))
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
