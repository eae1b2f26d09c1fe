"""Which parts of a stack are broken on purpose now, written down before each is broken.

A run holds the journal's lock while it lives. So whoever finds entries and can take the lock knows that the run which
made them is gone, killed in mid-fault, and undoes what it left.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chaos.catalogue import AnyFault, parse_fault
from chaos.fault import PartHandle
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Target

PIPELINE = "pipeline"
"""Stands among the faults for parts that run with other settings or programs than the stack's own."""


@contextmanager
def journal_of(target: Target) -> Iterator["FaultJournal"]:
    """The journal of a target, claimed: with its stack, or nowhere if it cannot be broken.

    Raises:
        TargetError: another run is under way on it.
    """
    with ExitStack() as stack:
        breakable = "break" in target.abilities
        folder = target.status().state_dir if breakable else stack.enter_context(TemporaryDirectory())
        yield stack.enter_context(FaultJournal(Path(folder)).claimed())


class FaultJournal:
    """The journal of one stack, two files in its state folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "faults.json"
        self._lock_file = folder / "faults.lock"
        self._entries: list[dict[str, Any]] = []

    @contextmanager
    def claimed(self) -> Iterator["FaultJournal"]:
        """Hold the lock: nobody else breaks or mends this stack meanwhile.

        Raises:
            TargetError: another run holds it.
        """
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _lock(descriptor):
                raise TargetError("another run is under way on this stack; wait for its end, or use --state-dir")
            yield self
        finally:
            os.close(descriptor)

    def add(self, fault: AnyFault) -> None:
        """A fault is about to start."""
        self._write([*self._entries, fault.model_dump()])

    def add_pipeline(self) -> None:
        """The pipeline is about to be configured for a run."""
        self._write([*self._entries, {"fault": PIPELINE}])

    def remove(self, fault: AnyFault) -> None:
        """A fault is undone."""
        self._remove(fault.model_dump())

    def remove_pipeline(self) -> None:
        """The pipeline is as the stack has it."""
        self._remove({"fault": PIPELINE})

    def mend(self, handle: Callable[[str], PartHandle], restore: Callable[[], None]) -> list[str]:
        """Undo what a run that is gone has left; what was undone, in words. Nothing while that run lives.

        Args:
            handle: a part by its name.
            restore: gives the pipeline the stack's own settings.

        Raises:
            TargetError: something cannot be made whole, and stays in the journal; the rest has been tried.
        """
        if not self._file.exists() or self._is_held():
            return []
        with self.claimed():
            return self._mend(handle, restore)

    def _mend(self, handle: Callable[[str], PartHandle], restore: Callable[[], None]) -> list[str]:
        # The run may have come to its end since the file was seen.
        self._entries = json.loads(self._file.read_text()) if self._file.exists() else []
        mended, errors = [], []
        # The last first: the faults are of the pipeline as the run had it, which was written down before them.
        for entry in reversed(self._entries):
            what = _named(entry)
            try:
                if entry["fault"] == PIPELINE:
                    restore()
                else:
                    fault = parse_fault(entry)
                    fault.undo(handle(fault.part))
            except (TargetError, OSError) as error:
                errors.append(f"{what}: {error}")
                continue
            self._remove(entry)
            mended.append(what)
        if errors:
            raise TargetError(
                "what a run that was killed had left is not whole again; try once more, or `keystone down`: "
                + "; ".join(errors)
            )
        return mended

    def _is_held(self) -> bool:
        with self._lock_file.open("rb") as lock:
            return not _lock(lock.fileno())

    def _remove(self, entry: dict[str, Any]) -> None:
        """One such entry: two faults may be the same."""
        left = list(self._entries)
        left.remove(entry)
        self._write(left)

    def _write(self, entries: list[dict[str, Any]]) -> None:
        """Replace the file in one step; it is gone when nothing is broken."""
        self._entries = entries
        if not entries:
            self._file.unlink(missing_ok=True)
            return
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(entries))
        new.replace(self._file)


def _named(entry: dict[str, Any]) -> str:
    return "the pipeline's settings" if entry["fault"] == PIPELINE else f"{entry['fault']} of {entry['part']}"


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
