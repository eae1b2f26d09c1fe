"""Functions in Python that DuckDB's SQL can call, for what has no expression there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any, Final

import duckdb
from duckdb.func import FunctionNullHandling

from scenarios.targets.embedded.athena.sql.bound import FAILS

PREFIX: Final = "keystone_py_"


class Failed(Exception):
    """A value for which a script has none.

    Args:
        code: Trino's name of the error.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{FAILS}{code}|{message}")
        self.code = code


class Refusals:
    """Counts the values that scripts within TRY have refused; it must not make NULL of what Athena has a value for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.seen = 0

    def add(self) -> None:
        """One more."""
        with self._lock:
            self.seen += 1


REFUSALS: Final = Refusals()


def not_here(message: str) -> Failed:
    """A value that is refused."""
    return Failed("NOT_SUPPORTED", message)


def within_try(name: str) -> str:
    """The name of the script that is the same, and has its refusals counted."""
    return f"keystone_tried_{name.removeprefix(PREFIX)}"


@dataclass(frozen=True)
class Script:
    """A function; DuckDB calls it once for a row, and not at all for a row with a NULL among the arguments.

    Attributes:
        takes: DuckDB's types of the arguments.
        gives: that of the result.
    """

    function: Callable[..., Any]
    takes: Sequence[str]
    gives: str

    def __call__(self, *arguments: str) -> str:
        """The call as SQL."""
        return f"{self.name}({', '.join(arguments)})"

    def register(self, db: duckdb.DuckDBPyConnection) -> None:
        """Make it known."""

        @wraps(self.function)
        def call(*arguments: Any) -> Any:
            if any(argument is None for argument in arguments):
                return None
            try:
                return self.function(*arguments)
            except Failed:
                raise
            except Exception as error:
                # Python has no value where Java may have one.
                raise not_here(f"a value is not supported here: {error}") from error

        @wraps(self.function)
        def counted(*arguments: Any) -> Any:
            try:
                return call(*arguments)
            except Failed as failed:
                if failed.code == "NOT_SUPPORTED":
                    REFUSALS.add()
                raise

        # DuckDB's own way with NULL is to fail where one is given back.
        how: Any = {"null_handling": FunctionNullHandling.SPECIAL}
        for name, function in ((self.name, call), (within_try(self.name), counted)):
            db.create_function(name, function, list(self.takes), self.gives, **how)

    @property
    def name(self) -> str:
        """What DuckDB knows it by."""
        return f"{PREFIX}{self.function.__module__.rpartition('.')[2]}_{self.function.__name__.strip('_')}"


def _refuse(message: str) -> int:
    raise not_here(message)


REFUSE: Final = Script(_refuse, ("VARCHAR",), "INTEGER")
"""Fails, and is counted."""

SCRIPTS: Final = (REFUSE,)
