"""Clients whose pins are not this project's run in an environment of their own: Airflow and awswrangler."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.targets.embedded.athena.serving import OUTPUT

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
PYTHON = Path(sys.prefix) / "share" / "keystone" / "clients" / "bin" / "python"


def run(script: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """A script of that environment, which finds no project's and no user's settings."""
    assert PYTHON.exists(), "the clients' environment is not here: make .venv/.clients"
    alone = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))}
    command = [str(PYTHON), str(script), *arguments]
    return subprocess.run(command, env=alone | environment, capture_output=True, text=True, check=False)


def test_awswranglers_examples_pass(at: dict[str, Any]) -> None:
    keys = {"AWS_ACCESS_KEY_ID": at["aws_access_key_id"], "AWS_SECRET_ACCESS_KEY": at["aws_secret_access_key"]}
    places = {
        "AWS_ENDPOINT_URL_ATHENA": at["endpoint_url"],
        "AWS_DEFAULT_REGION": at["region_name"],
        "WR_ATHENA_QUERY_WAIT_POLLING_DELAY": "0.05",
    }
    ran = run(HERE / "awswrangler_examples.py", OUTPUT, **keys, **places)
    assert ran.returncode == 0, ran.stderr
    wrong: dict[str, str] = json.loads(ran.stdout)
    assert not wrong, "\n".join(wrong.values())


def test_airflows_example_dag_passes(at: dict[str, Any], tmp_path: Path) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    script = Path(shutil.copy(HERE / "airflow_dag.py", dags))
    connection = {
        "conn_type": "aws",
        "login": at["aws_access_key_id"],
        "password": at["aws_secret_access_key"],
        "extra": {
            "region_name": at["region_name"],
            "service_config": {
                "athena": {"endpoint_url": at["endpoint_url"]},
                "s3": {"endpoint_url": os.environ["AWS_ENDPOINT_URL_S3"]},
            },
        },
    }
    ran = run(
        script,
        AIRFLOW_HOME=str(tmp_path / "home"),
        AIRFLOW__CORE__DAGS_FOLDER=str(dags),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW_CONN_AWS_DEFAULT=json.dumps(connection),
        EXAMPLE_BUCKET="results",
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
