"""The canary: a server that is frozen for a known time is measured as it must be."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.scenarios.conftest import KEYSTONE, Keystone, wait_for

pytestmark = pytest.mark.integration


def test_what_is_measured_is_what_can_be_calculated(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("canary", "--json", "--state-dir", state_dir)
    assert ran.code == 0, ran.out + ran.err
    flight = ran.json
    figures = {figure["name"]: figure for figure in flight["figures"]}
    assert flight["events"] == 600
    assert flight["freeze_s"] == pytest.approx(4, abs=0.2)
    # The closed form by hand: 6 s of load, and for 4 s of them the server stands still.
    wanted = {"p50": flight["freeze_s"] - 3, "p99": flight["freeze_s"] - 0.06, "max": flight["freeze_s"]}
    for name, seconds in wanted.items():
        assert figures[name]["expected"] == pytest.approx(seconds * 1000, abs=1)
        assert figures[name]["measured"] == pytest.approx(seconds * 1000, abs=0.05 * 4000)
    # Who waits for each answer asks once while the server is frozen.
    assert figures["p50"]["uncorrected"] < 0.1 * figures["p50"]["measured"]
    assert figures["max"]["uncorrected"] > 3000


def test_latency_counts_from_the_intended_time_also_of_what_waited_in_the_sender(
    keystone: Keystone, state_dir: str
) -> None:
    # Over a freeze of 4 s: beyond 2,000 unanswered events nothing more is sent. The verdict is not asked for: at
    # this rate TCP may be late to see that the server reads again, which makes latencies longer, never shorter.
    ran = keystone("canary", "--rate", "1000", "--json", "--state-dir", state_dir)
    assert ran.code in (0, 1), ran.err
    p50 = next(figure for figure in ran.json["figures"] if figure["name"] == "p50")
    assert p50["measured"] > 0.9 * p50["expected"]
    assert p50["from_sending"] < 0.5 * p50["expected"]


def test_the_canary_says_so_as_a_table(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("canary", "--freeze-s", "0.5", "--rate", "200", "--state-dir", state_dir)
    lines = ran.out.splitlines()
    assert lines[0].startswith("150 events at 200/s over 0.75 s; frozen for 0.5")
    assert [line.split()[0] for line in lines[2:5]] == ["p50", "p99", "max"]
    assert lines[5].partition(":")[0] == {0: "passed", 1: "failed"}[ran.code]


def test_ctrl_c_in_the_freeze_gives_no_verdict(state_dir: str, tmp_path: Path) -> None:
    command = [str(KEYSTONE), "canary", "--freeze-s", "4", "--rate", "100", "--state-dir", state_dir]
    err = tmp_path / "err"
    with err.open("w") as into:
        flying = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=into, text=True)
    wait_for(lambda: flying.poll() is not None or "is frozen for" in err.read_text())
    flying.send_signal(signal.SIGINT)
    out, _ = flying.communicate(timeout=60)
    assert (flying.returncode, out) == (130, ""), err.read_text()
    assert "Traceback" not in err.read_text()
