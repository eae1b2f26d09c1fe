"""Functions in Python that DuckDB's SQL can call, for what has no expression there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any, Final

import duckdb
from duckdb.func import FunctionNullHandling

from scenarios.targets.embedded.athena.sql.bound import FAILS

PREFIX: Final = "keystone_"
_REFUSAL: Final = "NOT_SUPPORTED"


class Failed(Exception):
    """A value for which a script has none.

    Args:
        code: Trino's name of the error.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{FAILS}{code}|{message}")
        self.code = code


class Refusals:
    """Counts the values that scripts have refused; TRY must not make NULL of what Athena has a value for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.seen = 0

    def add(self) -> None:
        """One more."""
        with self._lock:
            self.seen += 1


REFUSALS: Final = Refusals()


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
        return f"{self._name}({', '.join(arguments)})"

    def register(self, db: duckdb.DuckDBPyConnection) -> None:
        """Make it known."""

        @wraps(self.function)
        def call(*arguments: Any) -> Any:
            if any(argument is None for argument in arguments):
                return None
            try:
                return self.function(*arguments)
            except Failed as failed:
                if failed.code == _REFUSAL:
                    REFUSALS.add()
                raise
            except (ValueError, ArithmeticError) as error:
                # Python has no value where Java may have one.
                REFUSALS.add()
                raise Failed(_REFUSAL, f"a value is not supported here: {error}") from error

        # DuckDB's own way with NULL is to fail where one is given back.
        special = FunctionNullHandling.SPECIAL
        db.create_function(self._name, call, list(self.takes), self.gives, null_handling=special)

    @property
    def _name(self) -> str:
        return f"{PREFIX}{self.function.__module__.rpartition('.')[2]}_{self.function.__name__.strip('_')}"


def _refuse(message: str) -> int:
    raise Failed(_REFUSAL, message)


REFUSE: Final = Script(_refuse, ("VARCHAR",), "INTEGER")
"""Fails, and is counted."""

SCRIPTS: Final = (REFUSE,)
