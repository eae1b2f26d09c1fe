"""The settings of an Airflow that is served: scheduler, DAG processor, and the API server with the web page."""

import base64
import secrets
from pathlib import Path
from typing import Final

from scenarios.targets.airflow.environment import airflow_environment

_SMALL: Final = {
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__CORE__PARALLELISM": "2",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
    # Parsing takes seconds of CPU. A file that changed is parsed sooner.
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
    # For each process; the Postgres of a stack has 40 connections for everybody.
    "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "2",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "3",
}
"""One machine, one user."""

_QUIET: Final = {"AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING", "AIRFLOW__LOGGING__UVICORN_LOGGING_LEVEL": "WARNING"}

_PATIENT: Final = {
    # On a busy machine the imports of a DAG take longer than the half minute that is the default.
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "150",
}

_BREAKABLE: Final = {
    # What a killed scheduler left is taken up within a minute, not within five.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
    # Else a task that took a second holds its place for five.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
}


def served_environment(home: Path, port: int, database: str) -> dict[str, str]:
    """An Airflow on loopback, with keys made up at each call: all of its processes need those of the same call.

    Args:
        home: a folder for its settings and logs.
        port: of its web page, REST API, and the API that its tasks speak to.
        database: URL of its Postgres, which must not pool by transaction.
    """
    url = f"http://127.0.0.1:{port}"
    return {
        **airflow_environment(home),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        # The machine's name may lead nowhere, or to an address that nobody listens at.
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow.utils.net.get_host_ip_address",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": database,
        **_SMALL,
        **_QUIET,
        **_PATIENT,
        **_BREAKABLE,
    }
