"""Whoever comes next, alone, must be able to finish: no state that crashes lead to may stop the pipeline for good."""

from typing import Any

from reference.errors import PartitionStopped
from reference.protocol import decisions, writing
from reference.protocol.effects import Age, Append, Decode, DecodePinned, Effect, Load, PutPin
from reference.protocol.performing import perform
from tests.exploration.tables import NAMES, TOPIC_ID, Records, TableState, Violation, append_to, check, pin_name, view


class Alone:
    """One writer on tables that nobody else touches; all records are there for it to read."""

    def __init__(self, records: Records, tables: tuple[TableState, ...]) -> None:
        self._records = records
        self._tables = list(tables)
        self._decoded = ""

    def finish(self) -> None:
        """Write all there is.

        Raises:
            Violation: it does not get on, or makes a mess of it.
        """
        records = self._records
        partitions = tuple(range(records.partitions))
        for _ in range(3 * records.partitions * records.offsets + 1):
            lake = perform(writing.read_lake(partitions), self._do, lambda _name: None)
            try:
                batch = decisions.cut(dict.fromkeys(partitions, (0, records.offsets)), lake)
            except PartitionStopped as stopped:
                raise Violation(f"a writer alone does not get on: {stopped}") from stopped
            if not batch.ranges:
                break
            perform(writing.write(TOPIC_ID, batch, lake), self._do, lambda _name: None)
        if any(records.past(table) != records.all for table in self._tables):
            raise Violation("a writer alone does not get on any more")

    def _do(self, effect: Effect) -> Any:
        match effect:
            case Load(table):
                return view(self._tables[NAMES.index(table)].properties)
            case Decode(ranges):
                self._decoded = pin_name(self._records, self._records.fails[0], ranges)
            case DecodePinned(_, pin):
                self._decoded = pin
            case PutPin():
                return self._decoded
            case Age():
                return 0.0
            case Append(table):
                at = NAMES.index(table)
                self._tables[at] = append_to(self._records, self._tables[at], effect, self._decoded, has_files=False)
                check(self._records, tuple(self._tables))
        return None
