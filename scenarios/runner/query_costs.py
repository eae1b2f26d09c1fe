"""What questions to a target's Athena cost: the bytes it scans, what it asks of S3, dollars by the price book.

Silver is asked as the writers left it, and then copies of its rows, which are removed again.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from reports.cost import GETS, PUTS, question_usd
from reports.price_book import PriceBook
from reports.record import QueryCost
from scenarios.audit.lake_reader import LakeReader, lake_errors
from scenarios.runner.layouts import (
    BIGGEST_DAY,
    COPIES,
    CREATE_DATABASE,
    DROP_DATABASE,
    Layout,
    create_copy,
    drop_copy,
    questions,
    table,
)
from scenarios.targets.athena import Athena, Execution, StatementFailed
from scenarios.targets.errors import TargetError
from scenarios.targets.interface import Target

LOOK_S: Final = 0.05
ENGINE: Final = "athena"
"""The part under whose name Athena's own requests are counted."""


class QueryCosts:
    """Asks a target's Athena.

    Args:
        run_id: names the place of the copies' files.
        environment: KEYSTONE_ATHENA_WORKGROUP and KEYSTONE_ATHENA_OUTPUT, as the steps to gold have them.
    """

    def __init__(
        self, target: Target, run_id: str, book: PriceBook, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._target = target
        endpoints = target.status().endpoints
        self._lake = LakeReader(endpoints)
        self._athena = Athena(endpoints)
        self._workgroup = environment.get("KEYSTONE_ATHENA_WORKGROUP")
        self._output = environment.get("KEYSTONE_ATHENA_OUTPUT")
        self._run_id = run_id
        self._book = book

    def measure(self, show: Callable[[str], None]) -> list[QueryCost]:
        """Every question put to every layout.

        Raises:
            TargetError: Athena does not answer, or a statement fails.
        """
        show("query costs: silver as it was written")
        [day] = self._rows(BIGGEST_DAY)
        found = list(self._of_layout("written", day))
        with lake_errors():
            # Beside the table's folder: a sweep of orphans has no business there.
            place = f"{self._lake.summary(table('written')).location}-query-costs/{self._run_id}"
        with ExitStack() as dropping:
            self._run(CREATE_DATABASE)
            dropping.callback(self._run, DROP_DATABASE)
            for layout in COPIES:
                show(f"query costs: a copy of silver, {layout}")
                dropping.callback(self._run, drop_copy(layout))
                self._run(create_copy(layout, f"{place}/{layout}/"))
                found += self._of_layout(layout, day)
        return found

    def _of_layout(self, layout: Layout, day: Sequence[str]) -> Iterator[QueryCost]:
        with lake_errors():
            size, columns = self._lake.summary(table(layout)), self._lake.open(table(layout)).schema.names
        asked = questions(layout)
        # Once beforehand: who asks first reads the table's metadata, which are then kept for a while.
        self._run(asked[0].statement(day, columns))
        for question in asked:
            before = self._requests()
            execution = self._run(question.statement(day, columns))
            puts, gets = (now - then for now, then in zip(self._requests(), before, strict=True))
            yield QueryCost(
                layout=layout,
                files=size.files,
                table_bytes=size.bytes,
                days=question.days,
                columns=question.columns,
                scanned_bytes=execution.scanned_bytes,
                s3_requests=puts + gets if self._is_metered else None,
                seconds=execution.metered.engine_ms / 1000,
                usd=question_usd(execution.metered, puts, gets, self._book),
            )

    @property
    def _is_metered(self) -> bool:
        return "meter" in self._target.abilities

    def _requests(self) -> tuple[int, int]:
        """Athena's own to S3 so far, of the dearer class and of the cheaper; 0 where they are not counted."""
        metered = (self._target.readings().requests if self._is_metered else None) or ()
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
            try:
                while not (execution := self._athena.execution(name)).is_over:
                    time.sleep(LOOK_S)
            except BaseException:
                self._athena.stop(name)
                raise
        except StatementFailed as failed:
            raise TargetError(f"Athena refuses a statement of the query costs: {failed}") from failed
        if execution.state != "SUCCEEDED":
            raise TargetError(f"a statement of the query costs {execution.state.lower()}: {execution.reason}")
        return execution
