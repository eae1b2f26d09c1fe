"""The lake as the engine's storage."""

from sqlglot import exp

from scenarios.targets.embedded.athena.ddl.statements import ddl
from scenarios.targets.embedded.athena.dml.session import Session
from scenarios.targets.embedded.athena.dml.statements import write
from scenarios.targets.embedded.athena.engine import Running
from scenarios.targets.embedded.athena.lake.catalog import Lake
from scenarios.targets.embedded.athena.sql.tables import Tables
from scenarios.targets.embedded.athena.statement import Answer, Request, Usage


class LakeStorage:
    """Tables of a Glue catalog and their files. Any thread may call it."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def tables(self, usage: Usage) -> Tables:
        """See Storage."""
        return self._lake.tables(usage)

    def hive(self, request: Request, usage: Usage) -> Answer | None:
        """See Storage."""
        return ddl(request.text, request.database, self._lake, usage)

    def write(self, node: exp.Expression, request: Request, running: Running) -> Answer:
        """See Storage."""
        session = Session(
            env=running.env,
            lake=self._lake,
            rows=running.rows,
            held=running.held,
            pruned=running.pruned,
            location=request.location,
            text=request.text,
        )
        return write(node, session)
