"""Runs that cannot be: each is refused before anything is sent."""

from pathlib import Path

import pytest

from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import Keystone
from tests.scenarios.targets.endpoints_file import write_endpoints_file

pytestmark = pytest.mark.integration


def test_a_record_is_not_written_over(keystone: Keystone, state_dir: str, small: Path) -> None:
    before = (small / "run.json").read_bytes()
    again = keystone("run", "quickstart", "--out", small, "--state-dir", state_dir)
    assert (again.code, "holds the record of another run" in again.err) == (2, True)
    assert (small / "run.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense",), "scenario is 'nonsense', allowed are"),
        (("quickstart", "--set", "phases.0.rate_per_s=-1"), "rate_per_s"),
        (("quickstart", "--control", "nonsense"), "control is 'nonsense', allowed are drop"),
        (("quickstart", "--events", "csv:/nowhere"), "there is no such folder"),
        (("quickstart", "--target", "moon"), "moon: cannot be read: No such file"),
        (("quickstart", "--out", "/proc/nowhere"), "choose another folder"),
        (("quickstart", "--object-store", "floppy"), "'floppy' is not one of"),
    ],
)
def test_what_cannot_be_run_is_a_usage_error(keystone: Keystone, arguments: tuple[str, ...], message: str) -> None:
    ran = keystone("run", *arguments)
    assert (ran.code, message in ran.err) == (2, True), ran.err


def test_a_stack_that_runs_has_the_object_store_it_has(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("run", "quickstart", "--object-store", "versitygw", "--state-dir", state_dir)
    assert (ran.code, "has moto" in ran.err) == (2, True), ran.err


def test_a_fault_on_a_part_that_is_not_there_is_said_before_the_load(keystone: Keystone, state_dir: str) -> None:
    fault = "faults=[{fault: kill, part: s3, at_s: 1}]"
    ran = keystone("run", "quickstart", "--short", "--set", fault, "--set", "warm_up_s=0", "--state-dir", state_dir)
    assert (ran.code, "no part 's3' to be broken; parts of this target: kafka, aws, " in ran.err) == (3, True), ran.err
    assert "load:" not in ran.err


def test_a_control_cannot_take_a_part_out_of_reach(keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path) -> None:
    ran = keystone("run", "quickstart", "--control", "drop", "--target", write_endpoints_file(stack, tmp_path))
    assert (ran.code, "out of reach" in ran.err) == (2, True)


def test_a_stack_that_does_not_answer_is_said_before_anything_is_sent(
    keystone: Keystone, stack: EmbeddedTarget, tmp_path: Path
) -> None:
    file = write_endpoints_file(stack, tmp_path)
    [port] = free_ports(1)
    file.write_text(file.read_text().replace(stack.status().endpoints.grpc, f"127.0.0.1:{port}"))
    ran = keystone("run", "quickstart", "--target", file)
    assert (ran.code, "nothing was sent" in ran.err) == (3, True), ran.err
