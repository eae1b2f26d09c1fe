"""Airflow's own example of Athena, as a DAG that is run in this process; `EXAMPLE_BUCKET` names a bucket.

Runs in an environment of its own, see `make .venv/.clients`. The connection `aws_default` is the environment's.
"""

import os
import sys
from datetime import datetime
from typing import Any

from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.providers.amazon.aws.operators.s3 import S3CreateObjectOperator
from airflow.providers.amazon.aws.sensors.athena import AthenaSensor
from airflow.sdk import DAG

BUCKET = os.environ["EXAMPLE_BUCKET"]
DATABASE = "example_db"
TABLE = f"{DATABASE}.people"
CREATE_TABLE = f"""CREATE EXTERNAL TABLE IF NOT EXISTS {TABLE} (`name` string, `age` int)
    ROW FORMAT SERDE "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
    WITH SERDEPROPERTIES ("serialization.format" = ",", "field.delim" = ",")
    LOCATION "s3://{BUCKET}/people/"
    TBLPROPERTIES ("has_encrypted_data" = "false")"""


def athena(name: str, query: str, **more: Any) -> Any:
    """A task that runs a statement and waits for its end."""
    settings = {"output_location": f"s3://{BUCKET}/results/", "sleep_time": 1, "deferrable": False, **more}
    return AthenaOperator(task_id=name, query=query, database=DATABASE, **settings)


with DAG("example_athena", schedule=None, start_date=datetime(2026, 1, 1), catchup=False) as dag:  # noqa: DTZ001
    upload = S3CreateObjectOperator(
        task_id="upload", s3_bucket=BUCKET, s3_key="people/sample.csv", data='"Alice",20\n"Bob",25\n"Charlie",30\n'
    )
    create_database = athena("create_database", f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
    create_table = athena("create_table", CREATE_TABLE)
    read_table = athena("read_table", f"SELECT * FROM {TABLE}")
    await_query = AthenaSensor(task_id="await_query", query_execution_id=read_table.output, poke_interval=1)
    parameters = {"query_execution_context": {"Catalog": "AwsDataCatalog"}, "client_request_token": "t" * 32}
    count_table = athena("count_table", f"SELECT count(*) AS people FROM {TABLE} WHERE age > 20", **parameters)
    drop_table = athena("drop_table", f"DROP TABLE IF EXISTS {TABLE}")
    drop_database = athena("drop_database", f"DROP DATABASE IF EXISTS {DATABASE}")
    upload >> create_database >> create_table >> read_table >> await_query >> count_table >> drop_table >> drop_database

if __name__ == "__main__":
    from airflow.utils.db import initdb

    initdb()
    sys.exit(dag.test().state != "success")
