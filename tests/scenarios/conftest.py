"""Running the `keystone` command as a user does: as a process."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reports.record import RunRecord, read_record
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.object_stores import need_gateway
from tests.stacks import running_stack

FINE = (0, 4)
"""Exit codes of a run that lost nothing; 4 where the machine was too noisy to judge time."""

KEYSTONE = Path(sys.executable).with_name("keystone")


class Ran:
    """A command that ended: exit code and both outputs."""

    def __init__(self, done: "subprocess.CompletedProcess[str]") -> None:
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Keystone = Callable[..., Ran]


def run_keystone(folder: Path, *arguments: str | Path, environment: dict[str, str] | None = None) -> Ran:
    """Run the command in a folder; nothing it prints may be a traceback."""
    command: Sequence[str] = [str(KEYSTONE), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env=os.environ | (environment or {})
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done)


def wait_for(what: Callable[[], bool]) -> None:
    """Until it is so; for a minute at most."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def keystone(tmp_path: Path) -> Keystone:
    """`keystone(*arguments)` runs in an empty folder."""
    return partial(run_keystone, tmp_path)


@pytest.fixture
def state_dir(stack: EmbeddedTarget) -> str:
    """The shared stack's state folder."""
    return stack.status().state_dir


@pytest.fixture(scope="session")
def scratch_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTarget]:
    """A second warm stack, for parts that are broken on purpose and leave a lake that does not add up."""
    with running_stack(tmp_path_factory.mktemp("scratch") / "state") as target:
        yield target


@pytest.fixture(scope="session")
def disk_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedTarget]:
    """A warm stack whose objects lie on disk; tests are skipped where that store is not built."""
    need_gateway()
    with running_stack(tmp_path_factory.mktemp("disk") / "state", object_store="versitygw") as target:
        yield target


@pytest.fixture(scope="module")
def small(stack: EmbeddedTarget, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small run that several tests look at."""
    folder = tmp_path_factory.mktemp("runs") / "small"
    state = stack.status().state_dir
    junit = folder.parent / "verdicts.xml"
    ran = run_keystone(
        folder.parent,
        *("run", "quickstart", "--events", "generated:3000", "--state-dir", state, "--out", folder, "--junit", junit),
    )
    assert ran.code in FINE, ran.err
    assert re.search(r"^events +3,000 sent, 3,000 acked, 0 failed, 0 unknown$", ran.out, re.MULTILINE)
    assert re.search(r"^lake +3,000 bronze = 3,000 silver \+ 0 quarantine$", ran.out, re.MULTILINE)
    assert ran.out.splitlines()[-1] in ("passed", "inconclusive")
    return folder


@pytest.fixture
def record(small: Path) -> RunRecord:
    return read_record(small)
