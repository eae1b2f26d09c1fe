"""The log of statements: what is added is read, by another process, too, and half a line is none."""

from pathlib import Path

import pytest

from reports.record import MeteredQuery
from scenarios.targets.embedded.athena.query_log import NAME, QueryLog, read_query_log


def a_query(scanned_bytes: int) -> MeteredQuery:
    return MeteredQuery(
        part="client",
        statement="SELECT",
        kind="DML",
        state="SUCCEEDED",
        reused=False,
        scanned_bytes=scanned_bytes,
        engine_ms=3,
    )


def test_what_was_added_is_read_in_that_order_and_a_new_process_goes_on(tmp_path: Path) -> None:
    for number in (1, 2):
        log = QueryLog(tmp_path)
        log.add(a_query(number))
        assert read_query_log(tmp_path)[-1] == a_query(number)
        log.close()
    assert read_query_log(tmp_path) == [a_query(1), a_query(2)]


def test_half_a_line_is_none_and_a_line_of_nonsense_is_an_error(tmp_path: Path) -> None:
    assert read_query_log(tmp_path) == []
    log = QueryLog(tmp_path)
    log.add(a_query(1))
    log.close()
    with (tmp_path / NAME).open("a") as file:
        file.write('{"part"')
    assert read_query_log(tmp_path) == [a_query(1)]
    with (tmp_path / NAME).open("a") as file:
        file.write("\n")
    with pytest.raises(ValueError, match="part"):
        read_query_log(tmp_path)


def test_a_new_process_goes_on_where_a_killed_one_left_half_a_line(tmp_path: Path) -> None:
    log = QueryLog(tmp_path)
    log.add(a_query(1))
    log.close()
    with (tmp_path / NAME).open("a") as file:
        file.write('{"part"')
    log = QueryLog(tmp_path)
    log.add(a_query(2))
    log.close()
    assert read_query_log(tmp_path) == [a_query(1), a_query(2)]


def test_a_name_may_have_what_ends_a_line_elsewhere(tmp_path: Path) -> None:
    odd = a_query(1).model_copy(update={"statement": "CREATE_A\u2028B\x85"})
    log = QueryLog(tmp_path)
    log.add(odd)
    log.close()
    assert read_query_log(tmp_path) == [odd]
