"""Whether Airflow is here: the core of the project does without it."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final

from scenarios.targets.errors import TargetError

EXTRA: Final = "pip install 'keystone-nexus[airflow]'"
OLDEST_SERVED: Final = (3, 3)
"""Older ones speak to Postgres by drivers that the extra does not bring."""


def airflow_version() -> str:
    """Airflow's version.

    Raises:
        TargetError: it is not installed; with the way to get it.
    """
    try:
        return version("apache-airflow-core")
    except PackageNotFoundError:
        raise TargetError(f"Airflow is not installed: {EXTRA}") from None


def refuse_what_cannot_be_served() -> None:
    """Before anything is started for an Airflow that is not there.

    Raises:
        TargetError: it is not installed, or too old to be served; with the way to get it.
    """
    found = airflow_version()
    if tuple(int(number) for number in found.split(".")[:2]) < OLDEST_SERVED:
        oldest = ".".join(map(str, OLDEST_SERVED))
        raise TargetError(f"Airflow {found} is installed, {oldest} or later is needed: {EXTRA}")
