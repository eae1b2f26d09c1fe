"""What Airflow and the DAGs' tasks read from their environment to work on a target."""

import json
from pathlib import Path
from typing import Any

import dags
from scenarios.targets.interface import AwsEndpoint, Endpoints

DAGS_FOLDER = Path(dags.__file__).parent
DAG = "olist_resilient_silver_to_gold"
DAGS = frozenset(path.stem for path in DAGS_FOLDER.glob("olist_*.py"))
"""All of them; each has a file of its name."""


def task_environment(endpoints: Endpoints) -> dict[str, str]:
    """Where the target is: AWS's own variables, Postgres, the connection that sensors use."""
    way = endpoints.tasks or AwsEndpoint(endpoints.aws, endpoints.s3)
    s3 = way.s3
    given = {
        "AWS_REGION": s3.region,
        "AWS_DEFAULT_REGION": s3.region,
        "AWS_ENDPOINT_URL": way.aws,
        "AWS_ENDPOINT_URL_S3": s3.endpoint,
        "AWS_ACCESS_KEY_ID": s3.access_key,
        "AWS_SECRET_ACCESS_KEY": s3.secret_key,
        "KEYSTONE_POSTGRES": endpoints.postgres.pooled,
        "KEYSTONE_KAFKA": json.dumps(endpoints.kafka_client),
        "KEYSTONE_TOPIC": endpoints.topic,
        "AIRFLOW_CONN_AWS_DEFAULT": json.dumps(_connection(way)),
        "GX_ANALYTICS_ENABLED": "False",
    }
    return {name: value for name, value in given.items() if value is not None}


def airflow_environment(home: Path) -> dict[str, str]:
    """An Airflow that knows our DAGs and nothing else, with all that it has in `home`; nobody needs to log in."""
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS_FOLDER),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    }


def _connection(way: AwsEndpoint) -> dict[str, Any]:
    s3 = way.s3
    extra: dict[str, Any] = {"region_name": s3.region}
    if way.aws is not None:
        extra["endpoint_url"] = way.aws
    if s3.endpoint is not None:
        extra["service_config"] = {"s3": {"endpoint_url": s3.endpoint}}
    connection: dict[str, Any] = {"conn_type": "aws", "extra": extra}
    if s3.access_key is not None:
        connection |= {"login": s3.access_key, "password": s3.secret_key}
    return connection
