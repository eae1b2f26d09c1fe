"""What a scenario that goes to gold says to the steps, and what is refused before a stack starts."""

from pathlib import Path

import pytest

from scenarios.model import library, overrides
from scenarios.runner.gold_settings import check_gold, gold_settings
from scenarios.runner.plan import plan_run
from scenarios.targets.errors import WrongUse

CLEAN_DAY = library.load("clean-day")


def test_its_rules_and_its_share_hold_over_the_environments() -> None:
    wrong = {"KEYSTONE_RULES": "/nowhere/rules.yaml", "KEYSTONE_MOST_FAILING": "9"}
    check_gold(CLEAN_DAY, wrong)
    assert gold_settings(CLEAN_DAY) == {"KEYSTONE_RULES": "", "KEYSTONE_MOST_FAILING": "0.05"}


def test_its_own_rules_are_named_to_the_steps(tmp_path: Path) -> None:
    rules = tmp_path / "mine.yaml"
    scenario = overrides.override(CLEAN_DAY, [f"rules={rules}", "hold_above=0.5"])
    assert gold_settings(scenario) == {"KEYSTONE_RULES": str(rules), "KEYSTONE_MOST_FAILING": "0.5"}


def test_rules_that_are_not_there_are_refused_before_the_run_begins() -> None:
    with pytest.raises(WrongUse, match=r"/nowhere/mine\.yaml cannot be read"):
        plan_run(overrides.override(CLEAN_DAY, ["rules=/nowhere/mine.yaml"]))


def test_settings_that_cannot_be_meant_are_refused_before_the_run_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYSTONE_ALERT_ABOVE", "much")
    with pytest.raises(WrongUse, match="KEYSTONE_ALERT_ABOVE is 'much'"):
        plan_run(CLEAN_DAY)
