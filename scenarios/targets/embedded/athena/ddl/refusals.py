"""Athena's words for statements of Hive's that cannot be done."""

from scenarios.targets.embedded.athena.ddl.clauses import Named
from scenarios.targets.embedded.athena.sql.errors import SqlError

_TASK = "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."


def no_table(name: Named) -> SqlError:
    """A table is not there."""
    return SqlError("TABLE_NOT_FOUND", f"FAILED: SemanticException [Error 10001]: Table not found {name}")


def no_database(name: str) -> SqlError:
    """A database is not there."""
    return SqlError("SCHEMA_NOT_FOUND", f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}")


def table_exists(name: Named) -> SqlError:
    """There is a table or view of that name."""
    return SqlError(
        "TABLE_ALREADY_EXISTS", f"{_TASK} AlreadyExistsException(message:Table {name.table} already exists)"
    )


def database_exists(name: str) -> SqlError:
    """There is a database of that name."""
    return SqlError("SCHEMA_ALREADY_EXISTS", f"{_TASK} Database {name} already exists")


def database_not_empty(name: str) -> SqlError:
    """A database has tables."""
    said = f"InvalidOperationException(message:Database {name} is not empty. One or more tables exist.)"
    return SqlError("SCHEMA_NOT_EMPTY", f"{_TASK} {said}")


def wrong(said: str) -> SqlError:
    """A statement that makes no sense."""
    return SqlError("INVALID_ARGUMENTS", f"FAILED: SemanticException {said}")


def no_view(name: Named) -> SqlError:
    """A view is not there."""
    return SqlError("TABLE_NOT_FOUND", f"FAILED: SemanticException [Error 10001]: View not found {name}")


def no_partition(values: str) -> SqlError:
    """A partition is not there."""
    return SqlError("NOT_FOUND", f"FAILED: SemanticException [Error 10006]: Partition not found {values}")


def partition_exists(values: str) -> SqlError:
    """There is a partition of these values."""
    return SqlError("ALREADY_EXISTS", f"{_TASK} AlreadyExistsException(message:Partition already exists. {values})")


def no_column(name: str) -> SqlError:
    """A column is not there."""
    return SqlError("COLUMN_NOT_FOUND", f"FAILED: SemanticException [Error 10002]: Invalid column reference {name}")
