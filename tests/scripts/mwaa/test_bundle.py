"""What is uploaded to MWAA's bucket."""

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from reference.days import settings
from scripts.mwaa.bundle import PACKAGE, SOURCE, STARTUP, build
from scripts.mwaa.pins import known_versions, pins_of

PINS = pins_of(known_versions()[-1])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mwaa")
    build(folder, PINS)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_source_makes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        for part in ("dags", PACKAGE):
            shutil.copytree(SOURCE / part, tmp_path / name / part, copy_function=shutil.copyfile)
        build(tmp_path / f"{name}-built", PINS, tmp_path / name)
    assert contents(tmp_path / "one-built") == contents(tmp_path / "other-built")


def test_what_was_there_before_is_gone(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "removed.py").write_text("")
    build(tmp_path, PINS)
    assert not (tmp_path / "dags" / "removed.py").exists()


def test_the_requirements_name_the_constraints_as_mwaa_looks_for_them(bundle: Path) -> None:
    first, *rest = (bundle / "requirements.txt").read_text().splitlines()
    assert first == '--constraint "/usr/local/airflow/dags/constraints.txt"'
    assert all(re.fullmatch(r"[a-z0-9-]+(\[[a-z,]+\])?==[0-9.]+", line) for line in rest)


def test_the_dags_folder_has_each_dag_and_the_constraints(bundle: Path) -> None:
    dags = {path.name for path in (SOURCE / "dags").glob("*.py")} - {"__init__.py"}
    assert {path.name for path in (bundle / "dags").iterdir()} == dags | {"constraints.txt", ".airflowignore"}
    assert (bundle / "dags" / "constraints.txt").read_bytes() == PINS.constraints.read_bytes()


def test_the_plugins_are_the_whole_package_and_none_to_airflow(bundle: Path) -> None:
    files = {str(path.relative_to(SOURCE)) for path in (SOURCE / PACKAGE).rglob("*") if path.is_file()}
    with zipfile.ZipFile(bundle / "plugins.zip") as packed:
        assert set(packed.namelist()) == {name for name in files if "__pycache__" not in name} | {".airflowignore"}
        assert packed.read(".airflowignore") == b"*\n"


def test_startup_exports_what_great_expectations_needs_and_no_more(bundle: Path) -> None:
    script = f". {bundle / 'startup.sh'}; export -p"
    done = subprocess.run(["/bin/sh", "-c", script], env={}, capture_output=True, text=True, check=True)
    assert re.findall(r"[A-Z_]*(?:GX|KEYSTONE)[A-Z_]*=.*", done.stdout) == ["GX_ANALYTICS_ENABLED='False'"]


def test_startup_shows_every_setting() -> None:
    named = set(re.findall(r"^KEYSTONE_\w+", settings.__doc__ or "", re.MULTILINE)) | {"KEYSTONE_BUCKET_PREFIX"}
    assert set(re.findall(r"KEYSTONE_\w+", STARTUP.read_text())) == named
