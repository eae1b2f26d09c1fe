"""Faults on the run's timeline: each waits for its time in a thread of its own, breaks its part, and mends it."""

import threading
from collections.abc import Callable, Sequence

from chaos.catalogue import AnyFault
from chaos.fault import PartHandle
from reports.record import FaultRecord
from scenarios.runner.fault_journal import FaultJournal


class FaultTimeline:
    """The faults of one run.

    A fault is in the journal before it starts and until it is undone. Whatever goes wrong with it, the undo is tried,
    and the error stands in its record.
    """

    def __init__(
        self,
        faults: Sequence[AnyFault],
        handle: Callable[[str], PartHandle],
        journal: FaultJournal,
        now_s: Callable[[], float],
    ) -> None:
        self._faults = faults
        self._handle = handle
        self._journal = journal
        self._now_s = now_s
        self._start_s = 0.0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._in_force: dict[int, AnyFault] = {}
        self._records: dict[int, FaultRecord] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """The timeline's time begins now."""
        self._start_s = self._now_s()
        for number, fault in enumerate(self._faults):
            thread = threading.Thread(target=self._run, args=(number, fault), name=f"fault-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    @property
    def in_force(self) -> list[AnyFault]:
        """What is broken now."""
        with self._lock:
            return list(self._in_force.values())

    def is_over(self) -> bool:
        """Whether every fault has been undone."""
        return not any(thread.is_alive() for thread in self._threads)

    def end(self) -> list[FaultRecord]:
        """Undo at once what is still in force, and let nothing more begin; the record of each fault."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        return [self._records[number] for number in sorted(self._records)]

    def _run(self, number: int, fault: AnyFault) -> None:
        if self._over.wait(max(0.0, self._start_s + fault.at_s - self._now_s())):
            self._records[number] = _record(fault, None, None, None)
            return
        began_s = self._now_s() - self._start_s
        errors = []
        handle = self._handle(fault.part)
        try:
            with self._lock:
                self._in_force[number] = fault
                self._journal.add(fault)
            fault.start(handle)
            fault.hold(handle, self._over.wait)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs into the record
            errors.append(str(error))
        errors += self._undo(number, fault, handle)
        ended_s = self._now_s() - self._start_s
        self._records[number] = _record(fault, began_s, ended_s, "; ".join(errors) or None)

    def _undo(self, number: int, fault: AnyFault, handle: PartHandle) -> list[str]:
        try:
            fault.undo(handle)
        except Exception as error:  # noqa: BLE001 - it stays in the journal, for the next command to undo
            return [f"not undone: {error}"]
        with self._lock:
            self._journal.remove(fault)
            del self._in_force[number]
        return []


def _record(fault: AnyFault, began_s: float | None, ended_s: float | None, error: str | None) -> FaultRecord:
    values = fault.model_dump()
    known = {name: values.pop(name) for name in ("fault", "part", "at_s", "for_s")}
    return FaultRecord(**known, settings=values, began_s=began_s, ended_s=ended_s, error=error)
