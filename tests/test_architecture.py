"""The folders' arrows: which may import which, as docs/architecture.md draws them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAY_IMPORT: dict[str, set[str]] = {
    "reference": {"keystone", "keystone_native"},
    "dags": {"reference"},
    "loadgen": {"keystone", "keystone_native", "reference.contract"},
    "chaos": set(),
    "reports": set(),
    "scenarios": {"keystone", "keystone_native", "reference", "dags", "loadgen", "chaos", "reports"},
}
"""Folder: the project's other packages that its modules may import. The folders that do not exist yet have none."""

WITHIN_REFERENCE: dict[str, set[str]] = {
    "contract": set(),
    "decode": {"reference.contract"},
    "protocol": {"reference.contract"},
    "lake": {"reference.contract", "reference.protocol"},
    "state": {"reference.contract"},
    "quality": {"reference.lake.settings"},
    "warehouse": {"reference.lake.columns", "reference.quality"},
    "alerts": {"reference.state"},
    "days": {
        "reference.alerts",
        "reference.clock",
        "reference.contract",
        "reference.failpoint",
        "reference.lake",
        "reference.protocol",
        "reference.quality",
        "reference.state",
        "reference.warehouse",
        "reference.writer.kafka_topic",
    },
    "writer": {"reference"},
}

WITHIN_SCENARIOS: dict[str, set[str]] = {
    "model": {"chaos", "loadgen"},
    "targets": {"reference", "dags", "loadgen.security", "reports.record", "scenarios.model"},
    "audit": {"reports.record", "scenarios.targets.errors", "scenarios.targets.interface"},
    "verdicts": {"reports", "scenarios.model"},
    "controls": {"reference", "loadgen", "chaos", "keystone", "scenarios.targets"},
    "runner": {"chaos", "keystone", "loadgen", "reports", "scenarios"},
    "cli": {"loadgen", "reports", "scenarios"},
}
"""The audit reads the lake back with nothing of the pipeline that wrote it."""

OURS = set(MAY_IMPORT) | {"keystone", "keystone_native", "tests"}


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """Each module's path and each of the project's modules that it imports."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import"
                names = [node.module or ""]
            for name in names:
                if name.partition(".")[0] in OURS:
                    yield str(path.relative_to(ROOT)), name


def is_within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("folder", [name for name in MAY_IMPORT if (ROOT / name).is_dir()])
def test_a_folder_imports_only_what_its_arrows_allow(folder: str) -> None:
    allowed = MAY_IMPORT[folder] | {folder}
    bent = [(path, name) for path, name in imports(ROOT / folder) if not is_within(name, allowed)]
    assert bent == []


@pytest.mark.parametrize("folder", WITHIN_REFERENCE)
def test_a_room_of_the_pipeline_imports_only_what_its_arrows_allow(folder: str) -> None:
    allowed = WITHIN_REFERENCE[folder] | {f"reference.{folder}", "reference.errors"}
    found = list(imports(ROOT / "reference" / folder))
    assert [(path, name) for path, name in found if not is_within(name, allowed)] == []


@pytest.mark.parametrize("folder", WITHIN_SCENARIOS)
def test_a_room_of_the_harness_imports_only_what_its_arrows_allow(folder: str) -> None:
    allowed = WITHIN_SCENARIOS[folder] | {f"scenarios.{folder}"}
    found = list(imports(ROOT / "scenarios" / folder))
    assert [(path, name) for path, name in found if not is_within(name, allowed)] == []


@pytest.mark.parametrize(("folder", "rooms"), [("reference", WITHIN_REFERENCE), ("scenarios", WITHIN_SCENARIOS)])
def test_every_room_has_its_arrows(folder: str, rooms: dict[str, set[str]]) -> None:
    assert {path.parent.name for path in (ROOT / folder).glob("*/__init__.py")} == set(rooms)


def test_every_python_folder_of_the_wheel_has_its_arrows() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= set(MAY_IMPORT)


def test_the_check_sees_an_arrow_that_is_bent() -> None:
    found = {name for _path, name in imports(ROOT / "scenarios")}
    assert not all(is_within(name, MAY_IMPORT["loadgen"] | {"loadgen"}) for name in found)
