"""Where the lake is, as the environment says."""

import pytest

from reference.errors import WrongSetting
from reference.lake.settings import LakeSettings


@pytest.mark.parametrize("value", ["127.0.0.1:4566", "http://", "ftp://host", "http://host:port", "http://[::1", "x"])
@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_an_endpoint_that_is_no_url_is_refused_by_the_variables_name(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name) as refused:
        LakeSettings.from_environment({name: value})
    assert repr(value) in str(refused.value)


def test_of_a_service_with_an_endpoint_of_its_own_that_one_is_taken() -> None:
    settings = LakeSettings.from_environment(
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_S3": "https://s3.example:9000"}
    )
    assert settings.client_arguments("glue")["endpoint_url"] == "http://127.0.0.1:4566"
    assert settings.client_arguments("s3")["endpoint_url"] == "https://s3.example:9000"


@pytest.mark.parametrize("environment", [{}, {"AWS_ENDPOINT_URL": ""}])
def test_without_one_it_is_awss_own(environment: dict[str, str]) -> None:
    assert LakeSettings.from_environment(environment).client_arguments("s3")["endpoint_url"] is None
