"""TRY makes NULL of what fails, and never of what is refused here."""

from threading import Thread

import pytest

from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.sql.errors import SqlError
from tests.scenarios.targets.embedded.athena.asking import ask, batches_of

ROWS = "FROM (VALUES '1', 'x', '2') t(x)"


@pytest.mark.parametrize(
    "refused",
    [
        """json_parse('{"a": 1e400}')""",
        "from_unixtime(0, 'Nowhere')",
        "try_cast('-0001-01-01' AS date)",
        "json_parse('[' || array_join(repeat('[', 5000), '') || '1')",
    ],
)
def test_what_is_refused_is_no_null(engine: Engine, refused: str) -> None:
    with pytest.raises(SqlError) as error:
        ask(engine, f"SELECT TRY({refused})")
    assert error.value.code == "NOT_SUPPORTED"


def test_what_fails_is_null(engine: Engine) -> None:
    assert ask(engine, f"SELECT TRY(CAST(x AS integer)) {ROWS}").rows == [(1,), (None,), (2,)]


def test_a_text_that_looks_like_a_try_is_none(engine: Engine) -> None:
    assert ask(engine, "SELECT 'TRY(keystone_py_x(1))'").rows == [("TRY(keystone_py_x(1))",)]


def test_a_statement_that_is_refused_without_a_try_ends_no_other(engine: Engine) -> None:
    refused: list[str] = []

    def be_refused() -> None:
        for _ in range(20):
            with pytest.raises(SqlError) as error:
                ask(engine, "SELECT from_unixtime(0, 'Nowhere')")
            refused.append(error.value.code)

    beside = Thread(target=be_refused)
    beside.start()
    many = "SELECT TRY(CAST(CAST(x AS varchar) AS integer)) FROM UNNEST(sequence(1, 10000)) t(x)"
    counts = [sum(batch.num_rows for batch in batches_of(engine, many)[1]) for _ in range(5)]
    beside.join()
    assert (counts, set(refused)) == ([10_000] * 5, {"NOT_SUPPORTED"})
