"""What questions to a target's Athena cost: the bytes it scans, what it asks of S3, dollars by the price book.

Silver is asked as the writers left it, and then copies of its rows, which are removed again.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Final

from reports.cost import GETS, PUTS, question_usd
from reports.price_book import PriceBook
from reports.record import Layout, QueryCost
from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.runner.layouts import WRITTEN, Copies, biggest_day, questions
from scenarios.targets.athena import Athena, Execution, StatementFailed
from scenarios.targets.errors import TargetError, WrongUse
from scenarios.targets.interface import Target

LOOK_S: Final = 0.05
ENGINE: Final = "athena"
"""The part under whose name Athena's own requests are counted."""


class QueryCosts:
    """Asks a target's Athena.

    Args:
        run_id: the producer of the run's events; it names the copies, too.
        environment: KEYSTONE_ATHENA_WORKGROUP and KEYSTONE_ATHENA_OUTPUT, as the steps to gold have them.
    """

    def __init__(
        self, target: Target, run_id: str, book: PriceBook, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._target = target
        endpoints = target.status().endpoints
        self._lake = LakeReader(endpoints)
        self._athena = Athena(endpoints)
        self._workgroup = environment.get("KEYSTONE_ATHENA_WORKGROUP") or None
        self._output = environment.get("KEYSTONE_ATHENA_OUTPUT") or None
        self._run_id = run_id
        self._book = book

    def measure(self, show: Callable[[str], None]) -> Iterator[QueryCost]:
        """Every question put to every layout, silver as it was written first.

        Raises:
            TargetError: Athena does not answer, a statement fails, or silver has no rows of the run. What came before
                holds.
            WrongUse: Athena refuses who asks.
        """
        show("query costs: silver as it was written")
        days = self._rows(biggest_day(self._run_id))
        if not days:
            raise TargetError("silver has no rows of the run to be asked for")
        [day] = days
        yield from self._of("written", WRITTEN, day)
        with lake_errors():
            # Beside the table's folder: a sweep of orphans has no business there.
            place = f"{self._lake.summary(WRITTEN).location}-query-costs/{self._run_id}"
        copies = Copies(f"keystone_query_costs_{re.sub('[^a-z0-9]', '_', self._run_id.lower())}", place)
        with ExitStack() as dropping:
            self._run(copies.create_database)
            dropping.callback(self._run, copies.drop_database)
            for layout in copies.layouts:
                show(f"query costs: a copy of silver, {layout}")
                # Before it is there: a copy that is broken off half way may be.
                dropping.callback(self._run, copies.drop(layout))
                self._run(copies.create(layout))
                yield from self._of(layout, copies.table(layout), day)

    def _of(self, layout: Layout, table: str, day: Sequence[str]) -> Iterator[QueryCost]:
        with lake_errors():
            size, columns = self._lake.summary(table), self._lake.open(table).schema.names
        asked = questions()
        # Once beforehand: who asks first reads the table's metadata, which are then kept for a while.
        self._run(asked[0].statement(table, day, columns))
        for question in asked:
            before = self._requests()
            execution = self._run(question.statement(table, day, columns))
            after = self._requests()
            puts, gets = (0, 0) if before is None or after is None else (after[0] - before[0], after[1] - before[1])
            yield QueryCost(
                layout=layout,
                files=size.files,
                table_bytes=size.bytes,
                days=question.days,
                columns=question.columns,
                scanned_bytes=execution.scanned_bytes,
                s3_requests=None if after is None else puts + gets,
                seconds=execution.metered.engine_ms / 1000,
                usd=question_usd(execution.metered, puts, gets, self._book),
            )

    def _requests(self) -> tuple[int, int] | None:
        """Athena's own to S3 so far, of the dearer class and of the cheaper; None where they are not counted."""
        metered = self._target.readings().requests if "meter" in self._target.abilities else None
        if metered is None:
            return None
        ours = [one for one in metered if (one.part, one.service) == (ENGINE, "s3")]
        puts, gets = (sum(one.requests for one in ours if one.kind in kinds) for kinds in (PUTS, GETS))
        return puts, gets

    def _rows(self, statement: str) -> list[list[str]]:
        pages = self._athena.pages(self._run(statement))
        return [[value or "" for value in row] for page in pages for row in page.rows]

    def _run(self, statement: str) -> Execution:
        """A statement's execution, once it has succeeded; whoever interrupts it stops it."""
        try:
            name = self._athena.start(statement, None, self._workgroup, self._output)
        except StatementFailed as failed:
            raise TargetError(f"Athena refuses a statement of the query costs: {failed}") from failed
        try:
            while not (execution := self._athena.execution(name)).is_over:
                time.sleep(LOOK_S)
        except BaseException:
            with suppress(TargetError, WrongUse):  # what has happened first is what must be told
                self._athena.stop(name)
            raise
        if execution.state != "SUCCEEDED":
            raise TargetError(f"a statement of the query costs {execution.state.lower()}: {execution.reason}")
        return execution
