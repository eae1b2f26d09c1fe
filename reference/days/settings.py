"""What may be set of the way from silver to gold, by variables of the environment.

KEYSTONE_RULES                a file of rules; default: the project's own
KEYSTONE_MOST_FAILING         a day of which a larger share fails is held, 0 to 1; default 0.05
KEYSTONE_ALERT_ABOVE          a larger share in quarantine is worth an alert, 0 to 1; default 0.01
KEYSTONE_DAY_ZONE             the zone of purchases' local times; default UTC
KEYSTONE_ATHENA_WORKGROUP     default primary
KEYSTONE_ATHENA_OUTPUT        where results go, s3://...; default: the workgroup's
KEYSTONE_SNS_TOPIC            ARN of the topic that alerts go to; default: none
KEYSTONE_SLACK_WEBHOOK_FILE   a file that holds the URL of a Slack webhook and nothing else; default: none
KEYSTONE_POSTGRES             libpq's words for the database of states
KEYSTONE_KAFKA                librdkafka's settings as a JSON object, for who marks days
KEYSTONE_TOPIC                the topic that orders come through; default the project's own
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from reference.contract.names import TOPIC
from reference.errors import WrongSetting
from reference.quality.rule_file import DEFAULT

UTC = ZoneInfo("UTC")
_NUMBER = r"[0-9]+(\.[0-9]*)?(e-?[0-9]{1,3})?"


@dataclass(frozen=True)
class DaySettings:
    """See the module; `slack_webhook` is the file's content."""

    postgres: str = field(repr=False)
    rules: Path = DEFAULT
    most_failing: float = 0.05
    alert_above: float = 0.01
    zone: ZoneInfo = UTC
    workgroup: str = "primary"
    output: str | None = None
    sns_topic: str | None = None
    slack_webhook: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "DaySettings":
        """Read the variables.

        Raises:
            WrongSetting: one cannot be meant, or KEYSTONE_POSTGRES is missing.
        """
        given = {name: value for name, value in environment.items() if value}
        if "KEYSTONE_POSTGRES" not in given:
            raise WrongSetting("KEYSTONE_POSTGRES is missing; allowed is a connection string of libpq's, such as "
                               "'host=127.0.0.1 port=6432 dbname=keystone user=keystone'")  # fmt: skip
        webhook = given.get("KEYSTONE_SLACK_WEBHOOK_FILE")
        return cls(
            postgres=given["KEYSTONE_POSTGRES"],
            rules=Path(given.get("KEYSTONE_RULES", DEFAULT)),
            most_failing=_share(given, "KEYSTONE_MOST_FAILING", cls.most_failing),
            alert_above=_share(given, "KEYSTONE_ALERT_ABOVE", cls.alert_above),
            zone=_zone(given.get("KEYSTONE_DAY_ZONE", "UTC")),
            workgroup=given.get("KEYSTONE_ATHENA_WORKGROUP", cls.workgroup),
            output=_formed(
                given, "KEYSTONE_ATHENA_OUTPUT", r"s3://[a-z0-9.-]+/[^\s]*", "a folder such as s3://bucket/athena/"
            ),
            sns_topic=_formed(
                given, "KEYSTONE_SNS_TOPIC", r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]+:[\w.-]+", "an ARN of SNS"
            ),
            slack_webhook=_webhook(Path(webhook)) if webhook else None,
        )


def kafka_settings(environment: Mapping[str, str] = os.environ) -> tuple[Mapping[str, str], str]:
    """The settings of a Kafka client, and the topic.

    Raises:
        WrongSetting: KEYSTONE_KAFKA is missing, or no object of texts.
    """
    text = environment.get("KEYSTONE_KAFKA", "")
    try:
        client = json.loads(text)
    except ValueError:
        client = None
    if not isinstance(client, dict) or "bootstrap.servers" not in client or not _are_texts(client):
        # What is given may hold a password.
        raise WrongSetting(
            "KEYSTONE_KAFKA is missing or cannot be meant; allowed is a JSON object of librdkafka's settings, "
            "all of them texts, such as "
            '{"bootstrap.servers": "broker:9092"}'
        )
    return client, environment.get("KEYSTONE_TOPIC") or TOPIC


def _are_texts(values: Mapping[str, object]) -> bool:
    return all(isinstance(value, str) for value in values.values())


def _share(given: Mapping[str, str], name: str, default: float) -> float:
    text = given.get(name)
    if text is None:
        return default
    # Python's own reading knows "nan", "1_0" and other scripts' digits.
    share = float(text) if re.fullmatch(_NUMBER, text) else -1.0
    if not 0 <= share <= 1:
        raise WrongSetting(f"{name} is {text!r}; allowed is a share from 0 to 1, such as {default}")
    return share


def _formed(given: Mapping[str, str], name: str, pattern: str, allowed: str) -> str | None:
    text = given.get(name)
    if text is not None and not re.fullmatch(pattern, text, re.ASCII):
        raise WrongSetting(f"{name} is {text!r}; allowed is {allowed}")
    return text


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    # What is not found is a KeyError.
    except (OSError, ValueError, KeyError):
        raise WrongSetting(
            f"KEYSTONE_DAY_ZONE is {name!r}; allowed is a name such as UTC or America/Sao_Paulo"
        ) from None


def _webhook(path: Path) -> str:
    """The URL in the file; no error shows it."""
    try:
        url = path.read_text().strip()
    except (OSError, ValueError) as error:
        raise WrongSetting(f"KEYSTONE_SLACK_WEBHOOK_FILE is {str(path)!r}, which cannot be read: {error}; "
                           "allowed is a file with one URL, https://...") from None  # fmt: skip
    if not _is_url(url):
        raise WrongSetting(f"KEYSTONE_SLACK_WEBHOOK_FILE is {str(path)!r}; allowed is a file with one URL, https://...")
    return url


def _is_url(text: str) -> bool:
    """Whether it is one URL, and can be sent as it is: the library refuses others by an error that shows them."""
    try:
        parts = urlsplit(text)
        is_reachable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_reachable and text.isascii() and text.isprintable() and " " not in text
