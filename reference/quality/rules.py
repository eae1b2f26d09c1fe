"""The kinds of rules that a row of silver may break, as data.

A rule that is not `not-null` passes where a value it looks at is NULL. NaN is not NULL, and is above nothing. From one
rule come the SQL (`predicate.py`), the Arrow mask (`mask.py`) and the expectation (`suite.py`), which agree on every
table.
"""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

NAME_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Column: TypeAlias = Annotated[str, Field(min_length=1)]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: str = Field(pattern=NAME_PATTERN, max_length=60)


class NotNull(_Rule):
    """The column has a value."""

    rule: Literal["not-null"]
    column: Column

    @property
    def columns(self) -> tuple[str, ...]:
        """What it looks at."""
        return (self.column,)


class Above(_Rule):
    """The column, a number, is greater than `bound`, and finite."""

    rule: Literal["above"]
    column: Column
    # As many digits as a double has, which is what the expectation compares with.
    bound: Decimal = Field(max_digits=15, decimal_places=9)

    @property
    def columns(self) -> tuple[str, ...]:
        """What it looks at."""
        return (self.column,)


class NotBefore(_Rule):
    """The column, a time or an exact number, is not less than `other`."""

    rule: Literal["not-before"]
    column: Column
    other: Column

    @property
    def columns(self) -> tuple[str, ...]:
        """What it looks at."""
        return (self.column, self.other)


class OneOf(_Rule):
    """The column, a text, is one of `values`."""

    rule: Literal["one-of"]
    column: Column
    values: tuple[str, ...] = Field(min_length=1, max_length=1_000)

    @property
    def columns(self) -> tuple[str, ...]:
        """What it looks at."""
        return (self.column,)


class Unique(_Rule):
    """No two rows of a day have the same values in all `columns`: of those that do, the first by partition and offset
    passes."""

    rule: Literal["unique"]
    columns: tuple[Column, ...] = Field(min_length=1, max_length=16)


Rule: TypeAlias = Annotated[NotNull | Above | NotBefore | OneOf | Unique, Field(discriminator="rule")]
