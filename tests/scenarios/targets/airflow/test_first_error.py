"""Why a run of the DAG in this process failed, by its log."""

import pytest

from scenarios.targets.airflow.in_process import first_error

ROWS_FAIL = "great_expectations_provider.exceptions.GXValidationFailed: Great Expectations data validation failed."
AWAY = "botocore.exceptions.EndpointConnectionError: Could not connect"
UNHEARD = "reference.errors.AlertNotSent: slack did not take the alert: HTTP 500"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((AWAY,), "Could not connect"),
        (("Traceback:", "  File x", AWAY, "more", UNHEARD), "Could not connect"),
        ((ROWS_FAIL, UNHEARD), "slack did not take the alert: HTTP 500"),
        ((ROWS_FAIL,), "Great Expectations data validation failed."),
        (("Traceback:", "  File x", "PermissionError: [Errno 13] denied", AWAY), "[Errno 13] denied"),
        (("all is well", "ValueError", "Error of mine: x"), "for a reason unknown"),
        ((), "for a reason unknown"),
    ],
)
def test_it_is_the_first_error_but_for_rows_that_fail(lines: tuple[str, ...], told: str) -> None:
    assert first_error("\n".join(lines)) == told
