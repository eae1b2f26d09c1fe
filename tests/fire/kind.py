"""What is run under fire."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from tests.fire.commits import Landed
from tests.fire.ledger import ledger
from tests.reference.writer.bench import Bench


def none_left(_bench: Bench, _landed: Sequence[Landed]) -> list[str]:
    """Of a kind whose hazards are seen when they occur."""
    return []


@dataclass(frozen=True)
class Kind:
    """What is run.

    Attributes:
        code: Python that runs a writer.
        has_compare_and_set: of the catalog.
        is_compacted: whether a compactor works beside the writers.
        properties: of the tables, beside their own.
        count: the identities that do not hold, from the bench and the sender's record.
        hazards_left: hazards that can be told at the end only, once all writers have ended, from the commits that
            landed.
        patience_s: how long the topic may take to be drained once everything is whole.
    """

    code: str = "from reference.writer.__main__ import main; main()"
    has_compare_and_set: bool = True
    is_compacted: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    count: Callable[[Bench, pa.Table], dict[str, int]] = ledger
    hazards_left: Callable[[Bench, Sequence[Landed]], list[str]] = none_left
    patience_s: float = 90.0
