"""keystone-writer with one ingredient that is wrong on purpose: a control's NAME, then the writer's own options."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import click

from reference.writer.__main__ import Options, run
from reference.writer.__main__ import main as keystone_writer
from reference.writer.flush import Flusher
from reference.writer.worker import Worker
from scenarios.controls.faulty_commits import TwiceFlusher, UnfencedFlusher, UnfencedWorker
from scenarios.controls.faulty_rows import (
    DiscardingFlusher,
    DroppingFlusher,
    FlippingFlusher,
    SwappingFlusher,
    TwoTablesFlusher,
)
from scenarios.controls.forgetful import ForgetfulFlusher, ForgetfulWorker


@dataclass(frozen=True)
class _Kind:
    flusher: type[Flusher]
    worker: type[Worker] = Worker


KINDS: Final[Mapping[str, _Kind]] = {
    "drop": _Kind(DroppingFlusher),
    "twice": _Kind(TwiceFlusher),
    "flip": _Kind(FlippingFlusher),
    "swap": _Kind(SwappingFlusher),
    "two-tables": _Kind(TwoTablesFlusher),
    "discard": _Kind(DiscardingFlusher),
    "forgetful": _Kind(ForgetfulFlusher, ForgetfulWorker),
    "unfenced": _Kind(UnfencedFlusher, UnfencedWorker),
}


def _run(control: str, **options: Any) -> None:
    kind = KINDS[control]
    run(Options(**options), kind.flusher, kind.worker)


main = click.Command(
    name="writer",
    help=__doc__,
    callback=_run,
    params=[click.Argument(["control"], type=click.Choice(list(KINDS))), *keystone_writer.params],
)


if __name__ == "__main__":
    main()
