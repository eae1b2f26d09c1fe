"""Statements that write, by what sqlglot makes of them."""

from collections.abc import Callable
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.dml.changing import delete, update
from scenarios.targets.embedded.athena.dml.create_as import create
from scenarios.targets.embedded.athena.dml.insert import insert
from scenarios.targets.embedded.athena.dml.merge import merge
from scenarios.targets.embedded.athena.dml.session import Session
from scenarios.targets.embedded.athena.sql.errors import unknown
from scenarios.targets.embedded.athena.statement import Answer

_BY_KIND: Final[dict[type[exp.Expression], Callable[[Any, Session], Answer]]] = {
    exp.Insert: insert,
    exp.Create: create,
    exp.Update: update,
    exp.Delete: delete,
    exp.Merge: merge,
}


def write(node: exp.Expression, session: Session) -> Answer:
    """Do a statement that writes.

    Raises:
        SqlError: it is wrong, fails, or is not known here; nothing is changed then.
    """
    if type(node) not in _BY_KIND:
        raise unknown(node)
    return _BY_KIND[type(node)](node, session)
