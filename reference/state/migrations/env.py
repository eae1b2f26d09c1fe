"""Alembic's environment: runs the migrations in versions/ on the connection that it is handed."""

from typing import Any

from alembic import context


def _note(step: Any, **_others: Any) -> None:
    context.config.attributes["applied"].append(step.up_revision_id)


context.configure(
    connection=context.config.attributes["connection"],
    version_table="migrations",
    transaction_per_migration=True,
    on_version_apply=_note,  # type: ignore[arg-type]
)
with context.begin_transaction():
    context.run_migrations()
