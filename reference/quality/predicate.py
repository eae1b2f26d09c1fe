"""Rules as SQL of Athena (Trino's): pure text, which whoever runs it puts into a query."""

from collections.abc import Sequence
from typing import Final

from reference.quality.rules import Above, NotBefore, NotNull, OneOf, Rule, Unique

PLACE: Final = ("partition", "offset")
"""The columns by which the first of several equal rows is told."""

SEPARATOR: Final = " "
"""No rule's name has one."""


def breaks(rule: Rule) -> str:
    """A condition that is true of the rows that break the rule; of all others it is false or NULL.

    That of a Unique stands on a column that `numbered` adds.
    """
    match rule:
        case NotNull():
            return f"{quoted(rule.column)} IS NULL"
        case Above():
            # Not "<=", which does not hold for NaN either. Infinity is no number to compute with.
            return f"NOT ({quoted(rule.column)} > {rule.bound:f} AND {quoted(rule.column)} < infinity())"
        case NotBefore():
            return f"NOT ({quoted(rule.column)} >= {quoted(rule.other)})"
        case OneOf():
            return f"NOT ({quoted(rule.column)} IN ({', '.join(map(literal, rule.values))}))"
        case Unique():
            present = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in rule.columns)
            return f"({present} AND {quoted(_number(rule))} > 1)"


def numbered(rules: Sequence[Rule], columns: Sequence[str], relation: str, by: Sequence[str]) -> str:
    """A query of some columns of a relation, with one more for each Unique: which of its equals, by place, a row is.

    Args:
        columns: those that are wanted; what the rules look at comes by itself.
        relation: a table and what follows it: a version, a WHERE.
        by: columns within whose values rows are compared, those of a day.
    """
    names = dict.fromkeys((*columns, *columns_of(rules)))
    selected = [quoted(name) for name in names]
    for rule in rules:
        if isinstance(rule, Unique):
            equals = ", ".join(map(quoted, (*by, *rule.columns)))
            place = ", ".join(map(quoted, PLACE))
            selected.append(f"row_number() OVER (PARTITION BY {equals} ORDER BY {place}) AS {quoted(_number(rule))}")
    return f"SELECT {', '.join(selected)} FROM {relation}"


def reasons(rules: Sequence[Rule]) -> str:
    """The names of the rules that a row of `numbered` breaks, in the rules' order, with SEPARATOR between them.

    '' where it breaks none.

    A text, which unlike an array can be grouped and compared at no cost.
    """
    each = ", ".join(f"CASE WHEN {breaks(rule)} THEN {literal(rule.name)} END" for rule in rules)
    return f"concat_ws({literal(SEPARATOR)}, {each})"


def columns_of(rules: Sequence[Rule]) -> tuple[str, ...]:
    """All columns that the rules look at, each once."""
    return tuple(dict.fromkeys(column for rule in rules for column in rule.columns))


def quoted(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def _number(rule: Unique) -> str:
    return f"nth of {rule.name}"
