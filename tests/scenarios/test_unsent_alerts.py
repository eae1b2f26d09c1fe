"""A run of a scenario of which nobody takes the alert: that is said, and it is no reason to lose the run."""

import json
from pathlib import Path

import pytest

from scenarios.targets.embedded.ports import free_ports
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.scenarios.conftest import FINE, run_keystone

pytest.importorskip("great_expectations", reason="needs the extra quality")

pytestmark = [pytest.mark.integration, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_run_whose_alert_nobody_takes_has_its_record_and_says_so(stack: EmbeddedTarget, tmp_path: Path) -> None:
    webhook = tmp_path / "webhook"
    webhook.write_text(f"http://127.0.0.1:{free_ports(1)[0]}/nobody")
    ran = run_keystone(
        tmp_path, "run", "held-day", "--short", "--out", tmp_path / "run", "--state-dir", stack.status().state_dir,
        environment={"KEYSTONE_SLACK_WEBHOOK_FILE": str(webhook)},
    )  # fmt: skip
    assert ran.code in FINE, ran.err
    skipped = json.loads((tmp_path / "run" / "run.json").read_text())["skipped"]
    assert skipped["alerts"].startswith("slack at 127.0.0.1")
    assert "did not take the alert held-day" in skipped["alerts"]
    assert "did not take the alert held-day" in ran.out
