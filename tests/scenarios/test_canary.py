"""The canary: a server that is frozen for a known time is measured as it must be, and one that cheats is caught."""

import json

import pytest

from tests.scenarios.conftest import Keystone

pytestmark = pytest.mark.integration


def test_what_is_measured_is_what_can_be_calculated(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("canary", "--json", "--state-dir", state_dir)
    assert ran.code == 0, ran.out + ran.err
    flight = ran.json
    figures = {figure["name"]: figure for figure in flight["figures"]}
    assert flight["events"] == 1500
    assert flight["freeze_s"] == pytest.approx(2, abs=0.2)
    # The closed form by hand: 3 s of load, 2 s of them frozen.
    wanted = {"p50": flight["freeze_s"] - 1.5, "p99": flight["freeze_s"] - 0.03, "max": flight["freeze_s"]}
    for name, seconds in wanted.items():
        assert figures[name]["expected"] == pytest.approx(seconds * 1000, abs=1)
        assert figures[name]["measured"] == pytest.approx(seconds * 1000, abs=0.05 * 2000)
    # Who waits for each answer asks once while the server is frozen.
    assert figures["p50"]["uncorrected"] < 0.1 * figures["p50"]["measured"]
    assert figures["max"]["uncorrected"] > 1500


def test_the_canary_says_so_as_a_table(keystone: Keystone, state_dir: str) -> None:
    ran = keystone("canary", "--freeze-s", "0.5", "--rate", "200", "--state-dir", state_dir)
    assert [line.split()[0] for line in ran.out.splitlines()[2:5]] == ["p50", "p99", "max"]
    assert json.dumps(ran.out.splitlines()[-1]).strip('"').split(":")[0] in ("passed", "failed")
