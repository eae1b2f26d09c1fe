"""The check of what is uploaded to MWAA: it lets good ones pass, and says what is wrong with others."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.mwaa.bundle import build, dag_files
from scripts.mwaa.check import check, install, parse, refuse_replaced, wrongs
from scripts.mwaa.errors import EssentialReplaced, StepFailed, WrongDags
from scripts.mwaa.pins import known_versions, pins_of

PINS = pins_of(known_versions()[-1])
GOOD = {"dags": {"day": {"file": "day.py", "tasks": ["pin"]}}, "errors": {}, "imported": [], "plugins": []}


@dataclass(frozen=True)
class Checked:
    """A bundle, the folder it was checked in, and the DAGs found."""

    bundle: Path
    folder: Path
    dags: Mapping[str, Sequence[str]]

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    bundle, folder = tmp_path_factory.mktemp("bundle"), tmp_path_factory.mktemp("check")
    build(bundle, PINS)
    return Checked(bundle, folder, check(bundle, folder, PINS))


@pytest.fixture
def copy(checked: Checked, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checked.bundle, tmp_path / "copy"))


def test_nothing_is_wrong_with_good_dags() -> None:
    assert list(wrongs(GOOD, ["day.py"])) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"dags": {}, "errors": {"day.py": "ImportError"}}, "day.py does not import: ImportError"),
        ({"dags": {}}, "day.py holds no DAG"),
        ({"imported": ["pyiceberg"]}, "parsing the DAGs imports pyiceberg: import it within the tasks that need it"),
        (
            {"plugins": ["days"]},
            "Airflow takes days of plugins.zip for plugins: its .airflowignore must name all of it",
        ),
    ],
)
def test_what_is_wrong_with_dags_is_told(change: Mapping[str, Any], told: str) -> None:
    assert list(wrongs({**GOOD, **change}, ["day.py"])) == [told]


def test_packages_that_mwaa_needs_are_not_replaced() -> None:
    refuse_replaced(["great_expectations"], PINS)
    with pytest.raises(EssentialReplaced, match=r"pip replaced sqlalchemy_utils, which MWAA does not allow"):
        refuse_replaced(["great_expectations", "sqlalchemy_utils"], PINS)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_is_built_is_good(checked: Checked) -> None:
    assert len(checked.dags) >= len(dag_files(checked.bundle / "dags"))
    assert "pin_day" in checked.dags["olist_resilient_silver_to_gold"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_constraints_that_do_not_fit_are_refused(checked: Checked, copy: Path) -> None:
    constraints = copy / "dags" / "constraints.txt"
    constraints.write_text(constraints.read_text().replace("SQLAlchemy==1.4.54", "SQLAlchemy==2.0.43"))
    with pytest.raises(StepFailed, match=r"(?s)requirements.txt, by pip: exit code 1 .*ResolutionImpossible"):
        install(checked.python, checked.folder, copy, PINS)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_dag_that_does_not_import_is_named(checked: Checked, copy: Path) -> None:
    (copy / "dags" / "torn.py").write_text("from airflow.sdk import DAG\nimport pyiceberg\nimport keystone_native\n")
    with pytest.raises(WrongDags) as caught:
        parse(checked.python, checked.folder, copy)
    assert "torn.py does not import: " in str(caught.value)
    assert "No module named 'keystone_native'" in str(caught.value)
    assert "parsing the DAGs imports pyiceberg" in str(caught.value)
