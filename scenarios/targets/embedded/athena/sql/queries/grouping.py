"""GROUP BY: the query of groups and aggregations below a SELECT, and expressions over what it gives."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from sqlglot import exp

from scenarios.targets.embedded.athena.sql.binding import Binder
from scenarios.targets.embedded.athena.sql.bound import Bound, unique
from scenarios.targets.embedded.athena.sql.comparison import grouped
from scenarios.targets.embedded.athena.sql.errors import SqlError, not_supported, shown
from scenarios.targets.embedded.athena.sql.queries.aggregating import bind_call, is_aggregation, taken_apart
from scenarios.targets.embedded.athena.sql.scope import Scope
from scenarios.targets.embedded.athena.sql.types import INTEGER

_WRAPPERS: Final = (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)
_SETS: Final = ("grouping_sets", "rollup", "cube")


class Groups:
    """The groups of a SELECT: keys, and the aggregations that its expressions turn out to need."""

    def __init__(self, source: Binder, written: Any, items: Sequence[Any]) -> None:
        """Keys as GROUP BY has them: expressions, or places among the SELECT's items."""
        self.source = source
        self.name = unique("g")
        self._items = items
        self._nodes: list[Any] = []
        self._keys: list[Bound] = []
        self._written: list[str] = []
        self._made: dict[str, str] = {}
        self._clause = self._grouped_by(written) if written else ""
        self.is_global = not written

    def key(self, node: Any) -> Bound | None:
        """The key that an expression is, as the groups have it; None if it is none."""
        for place, key in enumerate(self._nodes):
            if key == node:
                return self._column(place)
        try:
            bound = self.source.bind(node)
        except SqlError:
            return None  # what is wrong with it shows when its parts are bound
        for place, value in enumerate(self._keys):
            if value.sql == bound.sql:
                return self._column(place)
        return None

    def aggregation(self, node: Any) -> Bound:
        """An aggregation over the rows of a group.

        Raises:
            SqlError: it is wrong, or has another one in it.
        """
        for part in node.walk():
            if part is not node and is_aggregation(part) and not isinstance(node, _WRAPPERS):
                raise SqlError(
                    "NESTED_AGGREGATION", f"Cannot nest aggregations inside aggregation: {part.sql('trino')}"
                )
        bound = bind_call(taken_apart(node), self.source)
        return Bound(bound.type, self._place(bound.sql))

    def grouping(self, node: Any) -> Bound:
        """Which keys a row's group is not by, as bits.

        Raises:
            SqlError: an argument is no key.
        """
        if self.is_global:
            raise SqlError(
                "MISSING_GROUP_BY",
                "A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause",
            )
        keys = []
        for argument in node.expressions:
            bound = self.source.bind(argument)
            if bound.sql not in {key.sql for key in self._keys}:
                raise SqlError("INVALID_COLUMN_REFERENCE", "The arguments to GROUPING must be expressions of GROUP BY")
            keys.append(bound.sql)
        found = self._place(f"grouping({', '.join(keys)})")
        return Bound(INTEGER, f"CAST({found} AS INTEGER)")

    @property
    def scope(self) -> Scope:
        """The keys that are columns, as queries inside of the SELECT see them, and the columns that are no keys."""
        places = {sql: place for place, sql in enumerate(self._written)}
        source = self.source.scope
        kept = [
            replace(column, value=self._column(places[column.value.sql]))
            for column in source.columns
            if column.value.sql in places
        ]
        return Scope(kept, source.outer, [column for column in source.columns if column.value.sql not in places])

    def sql(self, source: str) -> str:
        """The groups as a relation, of the rows that `source`, a FROM with its WHERE, gives."""
        made = [f"{sql} AS {name}" for sql, name in self._made.items()]
        keys = [f"{key.sql} AS k{place}" for place, key in enumerate(self._keys)]
        return f"(SELECT {', '.join([*keys, *made]) or 'count(*)'}{source}{self._clause}) {self.name}"

    def _column(self, place: int) -> Bound:
        return Bound(self._keys[place].type, f"{self.name}.k{place}")

    def _place(self, sql: str) -> str:
        name = self._made.setdefault(sql, f"a{len(self._made)}")
        return f"{self.name}.{name}"

    def _grouped_by(self, written: Any) -> str:
        if written.args.get("totals") or written.args.get("all"):
            raise not_supported("GROUP BY ALL")
        terms = [
            self._add(node)
            for term in written.expressions
            if not isinstance(term, exp.Rollup | exp.Cube | exp.GroupingSets)
            for node in (term.expressions if isinstance(term, exp.Tuple) else [term])
        ]
        sets = [node for node in written.expressions if isinstance(node, exp.Rollup | exp.Cube | exp.GroupingSets)]
        for kind in _SETS:
            sets += written.args.get(kind) or []
        terms += [self._set(node) for node in sets]
        return f" GROUP BY {', '.join(terms)}" if terms else " GROUP BY ()"

    def _set(self, node: Any) -> str:
        word = {exp.Rollup: "ROLLUP", exp.Cube: "CUBE", exp.GroupingSets: "GROUPING SETS"}[type(node)]
        parts = []
        for part in node.expressions:
            members = (
                part.expressions
                if isinstance(part, exp.Tuple)
                else [part.this if isinstance(part, exp.Paren) else part]
            )
            for member in members:
                _refuse_expression(member, of_sets=isinstance(node, exp.GroupingSets))
            parts.append(f"({', '.join(map(self._add, members))})")
        return f"{word} ({', '.join(parts)})"

    def _add(self, node: Any) -> str:
        node = node.unnest()
        if isinstance(node, exp.Literal) and node.is_int:
            place = int(node.this)
            if not 1 <= place <= len(self._items):
                raise SqlError("INVALID_COLUMN_REFERENCE", f"GROUP BY position {place} is not in select list")
            node = self._items[place - 1]
        refuse_aggregations(node, "GROUP BY clause")
        written = self.source.bind(node)
        value = grouped(written)
        if value.sql not in {key.sql for key in self._keys}:
            self._nodes.append(node)
            self._written.append(written.sql)
            self._keys.append(value)
        return value.sql


class GroupedBinder(Binder):
    """Binds expressions over groups: of keys, aggregations, and what is made of those."""

    def __init__(self, groups: Groups) -> None:
        source = groups.source
        super().__init__(source.env, groups.scope, source.variables)
        self._groups = groups

    def bind(self, node: Any) -> Bound:
        """See Binder; a column that is no key is an error."""
        if is_aggregation(node):
            return self._groups.aggregation(node)
        if isinstance(node, exp.Anonymous) and node.this.lower() == "grouping":
            return self._groups.grouping(node)
        if not isinstance(node, exp.Literal | exp.Null | exp.Boolean) and (key := self._groups.key(node)) is not None:
            return key
        return super().bind(node)


def _refuse_expression(member: Any, *, of_sets: bool) -> None:
    """Sets of groups are of columns: Trino's grammar has nothing else in ROLLUP and CUBE."""
    if not isinstance(member, exp.Column):
        code = "INVALID_COLUMN_REFERENCE" if of_sets else "SYNTAX_ERROR"
        raise SqlError(code, f"GROUP BY expression must be a column reference: {shown(member)}")


def own_nodes(node: Any) -> list[Any]:
    """The parts of an expression, but for those of queries in it."""
    return list(node.walk(prune=lambda part: part is not node and isinstance(part, exp.Query)))


def has_aggregations(node: Any) -> bool:
    """Whether an expression aggregates; a function over a window does not, though its arguments may."""
    return any(
        (is_aggregation(part) and not _is_over(part))
        or (isinstance(part, exp.Anonymous) and part.this.lower() == "grouping")
        for part in own_nodes(node)
    )


def _is_over(part: Any) -> bool:
    while isinstance(part.parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls) and part.arg_key == "this":
        part = part.parent
    return isinstance(part.parent, exp.Window) and part.arg_key == "this"


def refuse_aggregations(node: Any, where: str) -> None:
    """Make sure that nothing is aggregated where there are no groups yet.

    Raises:
        SqlError: it is.
    """
    if has_aggregations(node) or any(isinstance(part, exp.Window) for part in own_nodes(node)):
        raise SqlError(
            "EXPRESSION_NOT_SCALAR",
            f"{where} cannot contain aggregations, window functions or grouping operations: {node.sql('trino')}",
        )
