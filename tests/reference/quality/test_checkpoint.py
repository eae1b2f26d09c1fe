"""How the checkpoint reaches Athena."""

from reference.lake.settings import LakeSettings
from reference.quality.checkpoint import athena_url


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
