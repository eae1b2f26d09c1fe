"""ALTER TABLE of Iceberg's tables: of what a table is, not of what it holds."""

from collections.abc import Callable, Collection, Mapping
from itertools import count
from typing import Any

from pyiceberg.exceptions import CommitFailedException, ResolveError, ValidationError
from pyiceberg.table import Transaction
from pyiceberg.table.update.schema import UpdateSchema

from scenarios.targets.embedded.athena.ddl.clauses import Column
from scenarios.targets.embedded.athena.ddl.context import Context
from scenarios.targets.embedded.athena.lake.iceberg.commits import commit_error, unretried
from scenarios.targets.embedded.athena.lake.iceberg.types import to_iceberg
from scenarios.targets.embedded.athena.sql.errors import SqlError


def add_columns(context: Context, found: Mapping[str, Any], columns: Collection[Column]) -> None:
    """New columns, null in the rows that are there."""
    numbers = count(1).__next__

    def change(schema: UpdateSchema) -> None:
        for column in columns:
            schema.add_column(column.name, to_iceberg(column.type, numbers), column.comment)

    _change_schema(context, found, change)


def drop_column(context: Context, found: Mapping[str, Any], name: str) -> None:
    """A column less."""
    _change_schema(context, found, lambda schema: schema.delete_column(name))


def change_column(
    context: Context, found: Mapping[str, Any], old: str, new: Column, first: bool, after: str | None
) -> None:
    """Another name, a wider type, another comment or place of a column."""

    def change(schema: UpdateSchema) -> None:
        schema.update_column(old, to_iceberg(new.type, count(1).__next__), doc=new.comment)
        if old != new.name:
            schema.rename_column(old, new.name)
        if first:
            schema.move_first(old)
        if after:
            schema.move_after(old, after)

    _change_schema(context, found, change)


def set_properties(context: Context, found: Mapping[str, Any], given: Mapping[str, str]) -> None:
    """New values of properties; all others stay."""
    _commit(context, found, lambda transaction: transaction.set_properties(dict(given)))


def unset_properties(context: Context, found: Mapping[str, Any], gone: Collection[str]) -> None:
    """Properties less; those that are not there are none less."""

    def remove(transaction: Transaction) -> None:
        there = [key for key in sorted(gone) if key in transaction.table_metadata.properties]
        if there:
            transaction.remove_properties(*there)

    _commit(context, found, remove)


def _change_schema(context: Context, found: Mapping[str, Any], change: Callable[[UpdateSchema], object]) -> None:
    def update(transaction: Transaction) -> None:
        try:
            with transaction.update_schema(case_sensitive=False) as schema:
                change(schema)
        except (ValueError, ResolveError, ValidationError) as error:
            # pyiceberg's word for a column that is there, or is not, and for a type that is not wider.
            raise SqlError("INVALID_ARGUMENTS", f"Failed to change columns: {error}") from error

    _commit(context, found, update)


def _commit(context: Context, found: Mapping[str, Any], change: Callable[[Transaction], object]) -> None:
    table = context.lake.iceberg.load(found)
    transaction = Transaction(unretried(table))
    change(transaction)
    try:
        transaction.commit_transaction()
    except CommitFailedException as refused:
        raise commit_error(table) from refused
