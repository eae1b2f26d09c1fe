"""Airflow is an extra, and whoever asks for it without it is told so."""

from importlib.metadata import PackageNotFoundError

import pytest

from scenarios.targets.airflow import installed
from scenarios.targets.errors import TargetError


def missing(_name: str) -> str:
    raise PackageNotFoundError


def test_a_missing_airflow_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "version", missing)
    with pytest.raises(TargetError, match=r"Airflow is not installed: pip install 'keystone-nexus\[airflow\]'"):
        installed.refuse_what_cannot_be_served()


@pytest.mark.parametrize("found", ["3.3.0", "3.10.1", "4.0.0rc1"])
def test_a_new_airflow_will_do(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setattr(installed, "version", lambda _name: found)
    installed.refuse_what_cannot_be_served()


def test_an_old_airflow_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "version", lambda _name: "3.0.6")
    with pytest.raises(TargetError, match=r"Airflow 3\.0\.6 is installed, 3\.3 or later is needed: pip install"):
        installed.refuse_what_cannot_be_served()
