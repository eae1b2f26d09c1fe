"""The canary: a server that is frozen for a known time is measured as it must be."""

import pytest

from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration


def test_what_is_measured_is_what_can_be_calculated(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("canary", "--rate", "100", "--freeze-s", "4", "--json", "--state-dir", state_dir)
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


def test_the_canary_says_so_as_a_table(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("canary", "--freeze-s", "0.5", "--rate", "200", "--state-dir", state_dir)
    lines = ran.out.splitlines()
    assert lines[0].startswith("150 events at 200/s over 0.75 s; frozen for 0.5")
    assert [line.split()[0] for line in lines[2:5]] == ["p50", "p99", "max"]
    assert lines[5].partition(":")[0] == {0: "passed", 1: "failed"}[ran.code]
