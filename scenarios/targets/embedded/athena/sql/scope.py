"""What an expression may name: the columns of its query's relations, then those of the queries around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.bound import Bound, field_of, unique
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.tables import Table, Tables, Version, View

_OR_HIDDEN: Final = " or requester is not authorized to access requested resources"
"""Athena does not tell which."""
_MOST_PARTS: Final = 3
"""Of a column's name: database, relation and name."""


@dataclass(frozen=True)
class Column:
    """A column that an expression may name; `relation` and `name` are None where there is none.

    Attributes:
        is_hidden: whether * leaves it out.
        shown: the name in its own case.
    """

    relation: str | None
    name: str | None
    value: Bound
    database: str | None = None
    is_hidden: bool = False
    shown: str | None = None


@dataclass(frozen=True)
class Scope:
    """Columns, and what is around them.

    Attributes:
        lost: columns that are here, and have no one value any more: those of a query with groups that are no keys.
    """

    columns: Sequence[Column] = ()
    outer: "Scope | None" = None
    lost: Sequence[Column] = ()

    def find(self, parts: Sequence[str]) -> Bound:
        """What a name of one or more parts means: a column, or a field of one that is a row.

        Raises:
            SqlError: nothing, or more than one thing.
        """
        names = [part.lower() for part in parts]
        if (found := self.column(names)) is not None:
            return found
        wrong = SqlError("COLUMN_NOT_FOUND", f"Column '{'.'.join(parts)}' cannot be resolved{_OR_HIDDEN}")
        if len(names) == 1:
            raise wrong
        try:
            base = self.find(names[:-1])
        except SqlError as error:
            raise (wrong if error.code == "COLUMN_NOT_FOUND" else error) from None
        return dereferenced(base, names[-1], ".".join(names[:-1]))

    def column(self, names: Sequence[str]) -> Bound | None:
        """The column of that name, here or around; None if there is none, or if it is a field of one that is here."""
        local = self.local(names)
        if local is not None or self.outer is None or self._has_prefix(names):
            return local
        return self.outer.column(names)

    def _has_prefix(self, names: Sequence[str]) -> bool:
        prefixes = [names[:length] for length in range(1, len(names))]
        return any(_is_named(column, prefix) for column in (*self.columns, *self.lost) for prefix in prefixes)

    def local(self, names: Sequence[str]) -> Bound | None:
        """The column of that name here."""
        found = [column for column in self.columns if _is_named(column, names)]
        if len(found) > 1:
            raise SqlError("AMBIGUOUS_NAME", f"Column '{'.'.join(names)}' is ambiguous")
        if not found and any(_is_named(column, names) for column in self.lost):
            said = f"'{'.'.join(names)}' must be an aggregate expression or appear in GROUP BY clause"
            raise SqlError("EXPRESSION_NOT_AGGREGATE", said)
        return found[0].value if found else None


@dataclass(frozen=True)
class Watched(Scope):
    """A scope that keeps what queries inside of it find here or further out: they are correlated if that is anything.

    Attributes:
        used: the names, in lower case.
    """

    used: list[tuple[str, ...]] = field(default_factory=list)

    @classmethod
    def of(cls, scope: Scope) -> "Watched":
        """The same scope, watched."""
        return cls(scope.columns, scope.outer, scope.lost)

    def column(self, names: Sequence[str]) -> Bound | None:
        """See Scope."""
        found = super().column(names)
        if found is not None:
            self.used.append(tuple(names))
        return found


def _is_named(column: Column, names: Sequence[str]) -> bool:
    if len(names) > _MOST_PARTS or column.name != names[-1]:
        return False
    return list(names[:-1]) == [column.database, column.relation][_MOST_PARTS - len(names) :][: len(names) - 1]


def dereferenced(base: Bound, name: str, shown: str) -> Bound:
    """A row's field.

    Raises:
        SqlError: it is no row, or has no such field, or two.
    """
    if base.type.kind != "row":
        raise SqlError("TYPE_MISMATCH", f"Expression {shown} is not of type ROW")
    places = [place for place, field_name in enumerate(base.type.names) if field_name and field_name.lower() == name]
    if len(places) != 1:
        code = "AMBIGUOUS_NAME" if places else "COLUMN_NOT_FOUND"
        raise SqlError(code, f"Column '{shown}.{name}' cannot be resolved")
    return field_of(base, places[0])


@dataclass
class Statement:
    """What is one for a whole statement.

    Attributes:
        evaluate: the value of a bound expression that names no column.
        scans: the tables that DuckDB is to find, by the names that the SQL has for them.
    """

    tables: Tables
    now: datetime
    evaluate: Callable[[Bound], Any]
    scans: dict[str, Table] = field(default_factory=dict)
    _found: dict[tuple[str, str, Version], Table | View] = field(default_factory=dict, repr=False)

    def find(self, database: str, name: str, version: Version) -> Table | View:
        """A table, which is the same one, at the same snapshot, wherever the statement names it.

        Raises:
            SqlError: see Tables.
        """
        key = database, name, version
        if key not in self._found:
            self._found[key] = self.tables.find(*key)
        return self._found[key]

    def reads(self, database: str, name: str) -> bool:
        """Whether a table or view was found for the statement so far."""
        return any(key[:2] == (database, name) for key in self._found)

    def scan(self, table: Table) -> str:
        """A name by which SQL reads the table."""
        name = unique("keystone_scan")
        self.scans[name] = table
        return name


@dataclass(frozen=True)
class Named:
    """A query of a WITH clause; `recursive` is how it reads itself, if it does and is being bound."""

    node: exp.Expression
    columns: Sequence[str]
    env: "Env"
    recursive: "Recursion | None" = None


@dataclass(frozen=True)
class Recursion:
    """A recursive query as its own second half sees it."""

    name: str
    columns: Sequence[tuple[str, Bound]]


@dataclass(frozen=True)
class Env:
    """Where a query stands.

    Attributes:
        database: where names without a database are looked up.
        outer: the columns of the queries around it.
        named: the queries of the WITH clauses around it.
    """

    statement: Statement
    database: str
    outer: Scope | None = None
    named: Mapping[str, Named] = field(default_factory=dict)
