"""What a checkpoint's description says: good, bad, or nothing at all."""

from typing import Any

import pytest

from reference.errors import NoVerdict
from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import athena_url, verdict


def described(*expectations: dict[str, Any], success: bool = False) -> dict[str, Any]:
    return {"success": success, "validation_results": [{"expectations": list(expectations)}]}


def expectation(success: bool, **result: Any) -> dict[str, Any]:
    return {"expectation_type": "expect_this", "success": success, "result": result}


def test_expectations_that_are_met_are_a_verdict_and_so_are_those_that_are_not() -> None:
    assert verdict(described(expectation(True, element_count=3), success=True))
    assert not verdict(described(expectation(True, element_count=3), expectation(False, element_count=3)))


@pytest.mark.parametrize(
    ("description", "told"),
    [
        (None, "came to no result"),
        ({}, "came to no result"),
        ({"success": True, "validation_results": []}, "came to no result"),
        ({"success": True, "validation_results": [{}]}, "did not answer anything"),
        (described(expectation(False, element_count=3), success=True), "contradicts itself: success is True"),
        (described(expectation(True, element_count=3)), "contradicts itself: success is False"),
        (described(expectation(True, element_count=3)) | {"success": "True"}, "contradicts itself"),
        (described(expectation(False)), "did not answer expect_this"),
        (described(expectation(True, element_count=3), expectation(False)), "did not answer expect_this"),
        (described(success=True), "did not answer anything"),
    ],
)
def test_an_athena_that_does_not_answer_is_no_verdict(description: dict[str, Any] | None, told: str) -> None:
    with pytest.raises(NoVerdict, match=told):
        verdict(description)


def test_the_url_of_athena_has_what_is_set_and_leaves_the_rest_to_the_environment() -> None:
    assert athena_url(LakeSettings(), "silver", "primary", None) == (
        "awsathena+rest://@athena.us-east-1.amazonaws.com:443/silver"
        "?work_group=primary&region_name=us-east-1&poll_interval=0.05"
    )
    there = LakeSettings(region="eu-west-1", endpoint="http://here:1", access_key="a/b", secret_key="c+d")
    assert athena_url(there, "silver", "w", "s3://out/") == (
        "awsathena+rest://a%2Fb:c%2Bd@athena.eu-west-1.amazonaws.com:443/silver?work_group=w&region_name=eu-west-1"
        "&poll_interval=0.05&endpoint_url=http%3A%2F%2Fhere%3A1&s3_staging_dir=s3%3A%2F%2Fout%2F"
    )
