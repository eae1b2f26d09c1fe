"""Programs that are killed at a failpoint."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from reference.lake.settings import LakeSettings
from tests.http_proxy import Lost, glue_proxy


def run_until_killed(
    code: str, aws: LakeSettings, failpoint: str, unclear: Mapping[str, Mapping[int, Lost]], *arguments: str
) -> None:
    """Run Python code until it kills itself at a failpoint.

    Args:
        unclear: what is lost of which commits on the way to a step that is not come to otherwise.
    """
    with glue_proxy(aws, unclear.get(failpoint.partition("-")[2], {})) as (glue, _lost):
        environment = os.environ | {
            "KEYSTONE_FAILPOINT": f"{failpoint}=kill",
            "AWS_ENDPOINT_URL": glue,
            "AWS_ENDPOINT_URL_S3": str(aws.endpoint),
            "AWS_ACCESS_KEY_ID": str(aws.access_key),
            "AWS_SECRET_ACCESS_KEY": str(aws.secret_key),
        }
        ended = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
