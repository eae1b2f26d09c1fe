"""A function that is not here is refused; one that is nowhere is not found."""

import pytest

from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.sql.functions.calls import call


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("format", "NOT_SUPPORTED"),
        ("word_stem", "NOT_SUPPORTED"),
        ("st_point", "NOT_SUPPORTED"),
        ("great_circle_distance", "NOT_SUPPORTED"),
        ("nvl", "FUNCTION_NOT_FOUND"),
        ("stpoint", "FUNCTION_NOT_FOUND"),
    ],
)
def test_a_call_of_a_function_that_is_not_here(name: str, code: str) -> None:
    with pytest.raises(SqlError) as failed:
        call(name, [])
    assert failed.value.code == code
