"""Pages of a result, read from its file: nothing of it is kept in memory.

A page's token says where in the file it begins.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException
from scenarios.targets.embedded.athena.api.execution import Execution, Outcome
from scenarios.targets.embedded.athena.api.page_tokens import opened, sealed
from scenarios.targets.embedded.athena.api.storage import read_range

MOST_ROWS: Final = 1000
READ_BYTES: Final = 2**16
"""Read at least, at a time."""

Row = list[str | None]

_CELL: Final = re.compile(rb'(?:"([^"]*(?:""[^"]*)*)")?([,\n])')
_LINE: Final = re.compile(rb"([^\n]*)\n")


def result_page(s3: Any, execution: Execution, token: str | None, most: int) -> dict[str, Any]:
    """A page as GetQueryResults gives it; the first of a query begins with the columns' names.

    Raises:
        InvalidRequestException: the statement has no result, or the token is no page's of it.
    """
    outcome = _outcome(execution)
    begin = opened(token, execution.id) if token else 0
    rows: list[Row] = []
    end = begin
    if outcome.size:
        for row, place in _rows(s3, outcome, begin, most):
            rows.append(row)
            end = place
            if len(rows) == most:
                break
    page: dict[str, Any] = {
        "UpdateCount": outcome.updated_rows,
        "ResultSet": {
            "Rows": [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]} for row in rows],
            "ResultSetMetadata": {"ColumnInfo": list(outcome.columns)},
        },
    }
    if end < outcome.size:
        page["NextToken"] = sealed(end, execution.id)
    return page


def _outcome(execution: Execution) -> Outcome:
    if execution.outcome is not None:
        return execution.outcome
    if execution.is_over:
        raise InvalidRequestException(
            f"Query did not finish successfully. Final query state: {execution.state}", "INVALID_QUERY_STATUS"
        )
    raise InvalidRequestException(
        f"Query has not yet finished. Current state: {execution.state}", "INVALID_QUERY_STATUS"
    )


def _rows(s3: Any, outcome: Outcome, begin: int, most: int) -> Iterator[tuple[Row, int]]:
    """Rows and where each ends in the file; as many are read at once as a page is likely to take."""
    split = _split_csv if outcome.location.endswith(".csv") else _lines_of(len(outcome.columns))
    step = max(READ_BYTES, outcome.size * (most + 1) // (outcome.rows + 1) * 5 // 4)
    rest, place = b"", begin
    while place + len(rest) < outcome.size:
        upto = min(outcome.size, place + len(rest) + step)
        rest += read_range(s3, outcome.location, place + len(rest), upto)
        used = 0
        for row, end in split(rest):
            used = end
            yield row, place + end
        rest, place = rest[used:], place + used


def _split_csv(content: bytes) -> Iterator[tuple[Row, int]]:
    """The rows that are whole in it."""
    row: Row = []
    end = 0
    while cell := _CELL.match(content, end):
        end = cell.end()
        text = cell[1]
        row.append(None if text is None else text.replace(b'""', b'"').decode())
        if cell[2] == b"\n":
            yield row, end
            row = []


def _lines_of(columns: int) -> Callable[[bytes], Iterator[tuple[Row, int]]]:
    """Lines; those of a single column may have tabs in them."""

    def split(content: bytes) -> Iterator[tuple[Row, int]]:
        for line in _LINE.finditer(content):
            text = line[1].decode()
            yield list(text.split("\t") if columns > 1 else [text]), line.end()

    return split
