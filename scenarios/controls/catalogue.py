"""All controls: parts that are broken on purpose, each of which the ledger must catch, or it sees nothing.

A control is a real process in the place of a sound one, or a producer that misbehaves. Nothing of the pipeline or of
the audit knows that there is one.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from chaos.catalogue import AnyFault
from chaos.kill import Kill
from chaos.restart import Restart


@dataclass(frozen=True)
class Control:
    """One part that is broken on purpose.

    Attributes:
        name: as `keystone run --control` takes it.
        story: what is wrong with it.
        category: of the ledger, as which it must be caught.
        writer_program, ingest_program: what runs in place of the pipeline's own, see PipelineSettings; or empty.
        resends: the outcome of events that are sent again once the load has ended; None if none are.
        faults: what must happen for it to do harm, in a scenario that has no faults of its own.
        in_scenario: one in which it does harm.
        writers: how many that takes.
    """

    name: str
    story: str
    category: str
    writer_program: tuple[str, ...] = ()
    ingest_program: tuple[str, ...] = ()
    resends: str | None = None
    faults: tuple[AnyFault, ...] = ()
    in_scenario: str = "quickstart"
    writers: int = 1


def _writer(
    name: str,
    category: str,
    story: str,
    in_scenario: str = "quickstart",
    writers: int = 1,
) -> Control:
    program = (sys.executable, "-m", "scenarios.controls.writer", name)
    return Control(name, story, category, program, in_scenario=in_scenario, writers=writers)


_ALL: Final = (
    _writer("drop", "lost", "The writer leaves out one record in 1,000, and its offsets go on."),
    _writer("twice", "duplicated", "The writer appends each batch to silver a second time."),
    _writer("flip", "corrupted", "The writer changes a byte in one bronze payload in 1,000."),
    _writer("swap", "reordered", "The writer swaps one record in 1,000 with the next of its partition."),
    _writer("two-tables", "misrouted", "The writer puts one good record in 1,000 into quarantine, and into silver."),
    _writer("discard", "misrouted", "The writer discards what it cannot decode.", in_scenario="poison"),
    _writer(
        "forgetful",
        "lost",
        "The writer commits offsets to Kafka as it reads, and after a crash goes on from there.",
        in_scenario="writer-killed",
    ),
    _writer(
        "unfenced",
        "duplicated",
        "A writer that lost its partitions while it was frozen writes what it held all the same.",
        in_scenario="writer-frozen",
        writers=2,
    ),
    Control(
        "early-ack",
        "The ingest server acknowledges at once, and forgets what Kafka does not take within a second.",
        "lost",
        ingest_program=(sys.executable, "-m", "scenarios.controls.early_ack"),
        faults=(Restart(part="kafka", at_s=4, for_s=3),),
    ),
    Control(
        "resend-failed",
        "The producer sends again what it was told had failed, and its record goes on saying so.",
        "phantom",
        resends="failed",
        faults=(Kill(part="ingest", at_s=4, for_s=1),),
    ),
    Control(
        "resend-acked",
        "The producer sends again what had been acknowledged.",
        "duplicated_by_client",
        resends="ok",
    ),
)

CONTROLS: Final[Mapping[str, Control]] = {control.name: control for control in _ALL}
