"""Settings that cannot be meant are told before anything starts."""

from pathlib import Path

import pytest

from scenarios.targets.day_settings import check_settings
from scenarios.targets.errors import WrongUse


def test_an_environment_that_says_nothing_is_fine_wherever_postgres_is() -> None:
    assert check_settings({}) == check_settings({"KEYSTONE_POSTGRES": "host=elsewhere"})


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("KEYSTONE_MOST_FAILING", "5%", "KEYSTONE_MOST_FAILING is '5%'; allowed is a share"),
        ("KEYSTONE_DAY_ZONE", "Mars", "KEYSTONE_DAY_ZONE is 'Mars'"),
        ("KEYSTONE_SLACK_WEBHOOK_FILE", "/nowhere/webhook", "cannot be read"),
        ("KEYSTONE_RULES", "/nowhere/rules.yaml", "/nowhere/rules.yaml cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use(name: str, value: str, told: str) -> None:
    with pytest.raises(WrongUse) as refused:
        check_settings({name: value})
    assert told in str(refused.value)


def test_rules_that_say_what_is_not_allowed_are_wrong_use(tmp_path: Path) -> None:
    rules = tmp_path / "mine.yaml"
    rules.write_text("- {name: a, rule: not-null, column: prize}\n")
    with pytest.raises(WrongUse, match="column is 'prize'"):
        check_settings({"KEYSTONE_RULES": str(rules)})
