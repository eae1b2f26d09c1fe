"""A run whose load comes from other processes than the command's own."""

import socket
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from reports.record import read_record
from tests.scenarios.conftest import FINE, Keystone, run_keystone

pytestmark = pytest.mark.integration

KEY = {"KEYSTONE_LOAD_KEY": "0123456789abcdef"}
SMALL = ("--short", "--set", "phases.0.rate_per_s=120", "--set", "at_least.acked_per_s=0")


def test_workers_of_the_same_machine_send_it(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("run", "quickstart", *SMALL, "--workers", "2", "--state-dir", state_dir, "--json")
    assert ran.code in FINE, ran.err
    generator = ran.json["generator"]
    assert (generator["engine"], generator["workers"], generator["clock_error_ms"]) == ("native", 2, 0)
    assert {"generator", "generator-1", "generator-2"} <= {stage["name"] for stage in ran.json["stages"]}
    assert ran.json["events"]["acked"] == ran.json["ledger"]["bronze"] == 1_200


@pytest.mark.slow
def test_workers_that_others_start_send_it(keystone: Keystone, state_dir: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with ThreadPoolExecutor(3) as pool:
        coordinator = pool.submit(
            keystone, "run", "quickstart", *SMALL, "--workers", "2", "--listen", address, "--state-dir", state_dir,
            "--json", environment=KEY,
        )  # fmt: skip
        workers = [pool.submit(_join_when_it_listens, tmp_path, address, coordinator.done) for _ in range(2)]
        assert [worker.result() for worker in workers] == [0, 0]
    ran = coordinator.result()
    assert ran.code in FINE, ran.err
    assert ran.json["generator"]["workers"] == 2
    assert ran.json["events"]["acked"] == ran.json["ledger"]["bronze"] == 1_200


def _join_when_it_listens(folder: Path, address: str, is_over: object) -> int:
    assert callable(is_over)
    while not is_over():
        ran = run_keystone(folder, "load-worker", address, environment=KEY)
        if "no coordinator answers" not in ran.err:
            assert "sending" in ran.err
            return ran.code
    return -1


@pytest.mark.slow
@pytest.mark.skipif(find_spec("locust") is None, reason="Locust is not installed: keystone-nexus[locust]")
def test_locusts_users_send_it(keystone: Keystone, state_dir: str, tmp_path: Path) -> None:
    ran = keystone("run", "quickstart", *SMALL, "--engine", "locust", "--workers", "2", "--state-dir", state_dir)
    assert ran.code in FINE, ran.err
    assert "page at http://127.0.0.1:" in ran.err
    [folder] = (tmp_path / "runs").glob("quickstart-*")
    record = read_record(folder)
    assert (record.generator.engine, record.generator.workers, record.plan["call"]) == ("locust", 2, "unary")
    assert record.events.acked == record.ledger.bronze == 1_200
    assert (folder / "locust_stats.csv").stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (("run", "quickstart", "--listen", "127.0.0.1:1"), {}, "KEYSTONE_LOAD_KEY has 0 characters"),
        (("run", "quickstart", "--listen", "nowhere"), KEY, "'nowhere': allowed is HOST:PORT"),
        (("run", "quickstart", "--listen", "127.0.0.1:1", "--engine", "locust"), KEY, "--listen goes with --engine"),
        (("run", "quickstart", "--set", "retries=3", "--engine", "locust"), KEY, "retries is 3, and Locust's users"),
        (("run", "quickstart", "--workers", "0"), {}, "--workers"),
        (("load-worker", "127.0.0.1:1"), {"KEYSTONE_LOAD_KEY": "short"}, "has 5 characters"),
    ],
)
def test_what_cannot_be_is_said_at_once(
    keystone: Keystone, arguments: tuple[str, ...], environment: dict[str, str], told: str
) -> None:
    ran = keystone(*arguments, environment={"KEYSTONE_LOAD_KEY": ""} | environment)
    assert (ran.code, told in ran.err) == (2, True), ran.err


def test_a_port_in_use_is_said_before_the_load(keystone: Keystone, state_dir: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        address = f"127.0.0.1:{busy.getsockname()[1]}"
        ran = keystone("run", "quickstart", *SMALL, "--listen", address, "--state-dir", state_dir, environment=KEY)
    assert ran.code == 3
    assert f"cannot listen at {address}: Address already in use" in ran.err


def test_a_worker_without_a_coordinator_says_so(keystone: Keystone) -> None:
    ran = keystone("load-worker", "127.0.0.1:1", environment=KEY)
    assert ran.code == 3
    assert "no coordinator answers at 127.0.0.1:1" in ran.err
