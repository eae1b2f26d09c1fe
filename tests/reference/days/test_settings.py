"""What may be set of the way to gold: each variable, what is refused, and that nothing secret is shown."""

import json
import traceback
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reference.contract.names import TOPIC
from reference.days.settings import DaySettings, kafka_settings
from reference.errors import WrongSetting
from reference.quality.rule_file import DEFAULT

POSTGRES = "host=127.0.0.1 port=6432 password=made-up-password"
URL = "https://hooks.slack.com/services/T0/B0MADEUP/x"


def settings(**variables: str) -> DaySettings:
    return DaySettings.from_environment({"KEYSTONE_POSTGRES": POSTGRES, **variables})


def refusal(name: str, value: str) -> str:
    """What is said of a variable's value."""
    with pytest.raises(WrongSetting, match=name) as refused:
        settings(**{name: value})
    assert repr(value) in str(refused.value)
    assert "allowed is" in str(refused.value)
    return "".join(traceback.format_exception(refused.value))


def test_what_is_not_set_is_as_documented() -> None:
    assert settings() == DaySettings(
        postgres=POSTGRES,
        rules=DEFAULT,
        most_failing=0.05,
        alert_above=0.01,
        zone=ZoneInfo("UTC"),
        workgroup="primary",
        output=None,
        sns_topic=None,
        slack_webhook=None,
    )


def test_what_is_set_is_taken(tmp_path: Path) -> None:
    webhook = tmp_path / "webhook"
    webhook.write_text(f"\n  {URL}\n")
    given = settings(
        KEYSTONE_RULES="/etc/rules.yaml",
        KEYSTONE_MOST_FAILING="0.5",
        KEYSTONE_ALERT_ABOVE="1e-3",
        KEYSTONE_DAY_ZONE="America/Sao_Paulo",
        KEYSTONE_ATHENA_WORKGROUP="checks",
        KEYSTONE_ATHENA_OUTPUT="s3://results/here",
        KEYSTONE_SNS_TOPIC="arn:aws:sns:us-east-1:1:alerts",
        KEYSTONE_SLACK_WEBHOOK_FILE=str(webhook),
    )
    assert given == DaySettings(
        postgres=POSTGRES,
        rules=Path("/etc/rules.yaml"),
        most_failing=0.5,
        alert_above=0.001,
        zone=ZoneInfo("America/Sao_Paulo"),
        workgroup="checks",
        output="s3://results/here",
        sns_topic="arn:aws:sns:us-east-1:1:alerts",
        slack_webhook=URL,
    )


def test_an_empty_variable_is_as_none() -> None:
    names = ["RULES", "MOST_FAILING", "ALERT_ABOVE", "DAY_ZONE", "ATHENA_WORKGROUP", "ATHENA_OUTPUT", "SNS_TOPIC",
             "SLACK_WEBHOOK_FILE"]  # fmt: skip
    assert settings(**{f"KEYSTONE_{name}": "" for name in names}) == settings()


@pytest.mark.parametrize("environment", [{}, {"KEYSTONE_POSTGRES": ""}])
def test_without_postgres_there_are_none(environment: dict[str, str]) -> None:
    with pytest.raises(WrongSetting, match=r"KEYSTONE_POSTGRES is missing; allowed is .*dbname="):
        DaySettings.from_environment(environment)


@pytest.mark.parametrize("name", ["KEYSTONE_MOST_FAILING", "KEYSTONE_ALERT_ABOVE"])
@pytest.mark.parametrize(
    "value", ["5%", "-0.1", "1.01", "nan", "inf", "half", "0,5", "1_0e-1", "\u0660", " 0.1", "1e-1\n", "."]
)
def test_a_share_that_is_none_is_refused(name: str, value: str) -> None:
    assert "from 0 to 1" in refusal(name, value)


@pytest.mark.parametrize("value", ["0", "1", "1.0", "0.25", "1.", "5e-2"])
def test_a_share_from_none_to_all_is_taken(value: str) -> None:
    assert settings(KEYSTONE_MOST_FAILING=value).most_failing == float(value)


@pytest.mark.parametrize("value", ["Mars/Olympus", "America", "../UTC", "/etc/localtime", "São Paulo", "UTC+3", " UTC"])
def test_a_zone_that_there_is_not_is_refused(value: str) -> None:
    assert "America/Sao_Paulo" in refusal("KEYSTONE_DAY_ZONE", value)


@pytest.mark.parametrize(
    "value",
    [
        "results/here",
        "s3://",
        "s3:///here",
        "s3://results",
        "https://results/here",
        "s3:// /here",
        "s3://results/a b",
        "s3://results/a\n",
    ],
)
def test_a_place_for_results_that_is_none_is_refused(value: str) -> None:
    assert "allowed is a folder such as s3://" in refusal("KEYSTONE_ATHENA_OUTPUT", value)


@pytest.mark.parametrize(
    "value",
    [
        "alerts",
        "arn:aws:sqs:us-east-1:1:alerts",
        "arn:aws:sns:us-east-1::alerts",
        "arn:aws:sns:us-east-1:1:alerts\n",
        "arn:aws:sns:us-east-1:\u0661:alerts",
        "arn:aws:sns:us-east-1:1:two words",
    ],
)
def test_a_topic_that_is_none_is_refused(value: str) -> None:
    assert "allowed is an ARN of SNS" in refusal("KEYSTONE_SNS_TOPIC", value)


def test_a_client_of_kafka_is_told_by_texts_and_its_password_is_not_shown() -> None:
    given = {"bootstrap.servers": "b:1", "sasl.password": "made-up"}
    assert kafka_settings({"KEYSTONE_KAFKA": json.dumps(given)}) == (given, TOPIC)
    wrong = (
        "",
        "no JSON made-up",
        '["made-up"]',
        '{"sasl.password": "made-up"}',
        '{"bootstrap.servers": 1, "a": "made-up"}',
    )
    for text in wrong:
        with pytest.raises(WrongSetting, match="KEYSTONE_KAFKA is missing or cannot be meant; allowed is") as refused:
            kafka_settings({"KEYSTONE_KAFKA": text})
        assert "made-up" not in "".join(traceback.format_exception(refused.value))


NO_URLS = {
    "empty": "",
    "blank": "\n",
    "no scheme": URL.removeprefix("https://"),
    "another scheme": f"ftp{URL}",
    "two": f"{URL}\n{URL}",
    "with a comment": f"{URL} # the team's",
    "a variable": f"SLACK={URL}",
    "a port that is none": URL.replace("/services", ":port/services"),
    "an open bracket": URL.replace("hooks", "[hooks"),
    "no host": URL.replace("hooks.slack.com", ""),
    "a host that is none": URL.replace(".com", "\u2100com"),
    "a path that is none": f"{URL}\u00e3",
}


@pytest.mark.parametrize(
    "content", [*(text.encode() for text in NO_URLS.values()), URL.encode("utf-16")], ids=[*NO_URLS, "another encoding"]
)
def test_a_webhook_file_without_one_url_is_refused_and_not_shown(tmp_path: Path, content: bytes) -> None:
    webhook = tmp_path / "webhook"
    webhook.write_bytes(content)
    told = refusal("KEYSTONE_SLACK_WEBHOOK_FILE", str(webhook))
    assert "B0MADEUP" not in told
    assert "slack" not in told.rpartition("WrongSetting")[2].replace("KEYSTONE_SLACK_WEBHOOK_FILE", "")


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_webhook_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    assert "cannot be read" in refusal("KEYSTONE_SLACK_WEBHOOK_FILE", str(tmp_path / name))


def test_a_receiver_of_ones_own_may_be_spoken_to_in_the_clear(tmp_path: Path) -> None:
    webhook = tmp_path / "webhook"
    webhook.write_text("http://127.0.0.1:8080/alerts")
    assert settings(KEYSTONE_SLACK_WEBHOOK_FILE=str(webhook)).slack_webhook == "http://127.0.0.1:8080/alerts"


def test_the_webhook_and_postgres_password_are_in_no_repr(tmp_path: Path) -> None:
    webhook = tmp_path / "webhook"
    webhook.write_text(URL)
    shown = repr(settings(KEYSTONE_SLACK_WEBHOOK_FILE=str(webhook)))
    assert "B0MADEUP" not in shown
    assert "made-up-password" not in shown
