"""Where alerts go: topics of SNS, webhooks of Slack."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
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
        body = json.dumps({"text": f"*{_escaped(alert.subject)}*\n```{_escaped(alert.text)}```"}).encode()
        if refusal := self._post(body):
            raise AlertNotSent(f"{self.name} did not take the alert {alert.key}: {refusal}")

    def _post(self, body: bytes) -> str | None:
        """Why it was not taken; None if it was. What is raised on the way ends here: the URL may be in it."""
        try:
            request = urllib.request.Request(self._url, body, {"Content-Type": "application/json"})  # noqa: S310 - checked where it is read
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT_S):
                return None
        except urllib.error.HTTPError as error:
            error.close()
            return f"HTTP {error.code}"
        except (OSError, ValueError, HTTPException) as error:
            return str(getattr(error, "reason", None) or type(error).__name__)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for a refusal: a POST would be redirected as a GET, and look as if it had been taken."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        """Follow none."""


def _escaped(text: str) -> str:
    """Three characters have a meaning for Slack: https://docs.slack.dev/messaging/formatting-message-text"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
