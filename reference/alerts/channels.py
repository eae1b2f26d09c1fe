"""Where alerts go: topics of SNS, webhooks of Slack."""

import json
import urllib.error
import urllib.request
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from reference.alerts.alert import Alert
from reference.errors import AlertNotSent

TIMEOUT_S: Final = 10.0


class Channel(Protocol):
    """Takes alerts."""

    @property
    def name(self) -> str:
        """What tells it from others; nothing secret."""
        ...

    def send(self, alert: Alert) -> None:
        """Hand an alert over.

        Raises:
            AlertNotSent: it was not taken, or nobody knows.
        """
        ...


class SnsTopic:
    """A topic, by boto3's client of SNS. Subscribers find kind, day and key among the message's attributes."""

    def __init__(self, client: Any, arn: str) -> None:
        self._client = client
        self._arn = arn

    @property
    def name(self) -> str:
        return self._arn

    def send(self, alert: Alert) -> None:
        told = {"kind": alert.kind, "day": alert.day.isoformat(), "key": alert.key}
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
        # A topic that keeps an order drops what comes twice within five minutes by itself.
        order = {"MessageGroupId": alert.kind, "MessageDeduplicationId": alert.key} if self._is_fifo else {}
        try:
            self._client.publish(
                TopicArn=self._arn, Subject=alert.subject, Message=alert.text, MessageAttributes=attributes, **order
            )
        except (BotoCoreError, ClientError) as error:
            raise AlertNotSent(f"SNS did not take the alert {alert.key} for {self._arn}: {error}") from error

    @property
    def _is_fifo(self) -> bool:
        return self._arn.endswith(".fifo")


class SlackWebhook:
    """An incoming webhook of Slack's; its URL is a secret, and in no error."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def name(self) -> str:
        return f"slack at {urlsplit(self._url).hostname}"

    def send(self, alert: Alert) -> None:
        # Three characters have a meaning for Slack: https://docs.slack.dev/messaging/formatting-message-text
        text = alert.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        body = json.dumps({"text": f"*{alert.subject}*\n```{text}```"}).encode()
        request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310 - checked where it is read
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - see above
                pass
        except urllib.error.HTTPError as error:
            raise AlertNotSent(f"{self.name} refused the alert {alert.key}: HTTP {error.code}") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "reason", None) or type(error).__name__
            raise AlertNotSent(f"{self.name} did not take the alert {alert.key}: {why}") from None
