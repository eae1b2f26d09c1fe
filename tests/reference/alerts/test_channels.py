"""Alerts on their way out: through the SNS of the emulation to a queue, and to a local server in the place of Slack."""

import json
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from reference.alerts import channels
from reference.alerts.alert import Alert
from reference.alerts.channels import SlackWebhook, SnsTopic
from reference.errors import AlertNotSent
from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.ports import free_ports

ALERT = Alert(
    "held-day", date(2018, 5, 24), 1, "prices <= 0 & worse", "silver.orders", 3, 4, {}, ["<!channel>"], "SELECT 1"
)
SECRET = "B0MADEUP"
PATH = f"/services/T0/{SECRET}"
TAKEN = b"HTTP/1.0 200 OK\r\n\r\nok"


def queue_of(aws: LakeSettings, topic: str, **attributes: str) -> tuple[Any, str, str]:
    """A topic with a queue behind it: the client of queues, the queue's URL, the topic's ARN."""
    sqs: Any = boto3.client(**aws.client_arguments("sqs"))
    sns: Any = boto3.client(**aws.client_arguments("sns"))
    url = sqs.create_queue(QueueName=topic, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic_arn = sns.create_topic(Name=topic, Attributes={"FifoTopic": "true"} if attributes else {})["TopicArn"]
    sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)
    return sqs, url, topic_arn


def topic_at(aws: LakeSettings, arn: str) -> SnsTopic:
    return SnsTopic(boto3.client(**aws.client_arguments("sns")), arn)


def received(sqs: Any, url: str) -> dict[str, Any]:
    """The one message in a queue."""
    [message] = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"], MaxNumberOfMessages=10)[
        "Messages"
    ]
    assert isinstance(message, dict)
    return message


@dataclass
class Receiver:
    """Takes posts and gives the answer that it is told to give; None: none until the test is over."""

    port: int
    answer: bytes | None = TAKEN
    posts: list[tuple[str, str, Any]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"


@pytest.fixture
def slack() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.posts.append((self.path, self.headers["Content-Type"], body))
            if receiver.answer is None:
                receiver.over.wait()
            self.wfile.write(receiver.answer or b"")

        def do_GET(self) -> None:
            self.wfile.write(TAKEN)

        def log_message(self, *_args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            server.shutdown()
            thread.join()


def refusal(url: str, alert: Alert = ALERT) -> str:
    """What is said of an alert that is not taken; the URL's path is nowhere in it."""
    with pytest.raises(AlertNotSent) as caught:
        SlackWebhook(url).send(alert)
    error = caught.value
    assert (error.__cause__, error.__context__) == (None, None)
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(error)
    return str(error)


def test_a_topics_subscriber_has_the_text_the_subject_and_the_attributes(aws: LakeSettings) -> None:
    sqs, url, arn = queue_of(aws, "alerts")
    topic_at(aws, arn).send(ALERT)
    told = json.loads(received(sqs, url)["Body"])
    assert (told["Subject"], told["Message"]) == (ALERT.subject, ALERT.text)
    attributes = {name: (one["Type"], one["Value"]) for name, one in told["MessageAttributes"].items()}
    assert attributes == {
        "kind": ("String", "held-day"),
        "day": ("String", "2018-05-24"),
        "key": ("String", "held-day/2018-05-24/1"),
    }


def test_a_topic_that_keeps_an_order_has_kind_as_group_and_key_as_what_comes_once(aws: LakeSettings) -> None:
    sqs, url, arn = queue_of(aws, "alerts.fifo", FifoQueue="true")
    topic_at(aws, arn).send(ALERT)
    attributes = received(sqs, url)["Attributes"]
    assert attributes["MessageGroupId"] == ALERT.kind
    assert attributes["MessageDeduplicationId"] == ALERT.key


def test_a_topic_that_is_not_there_does_not_take_it(aws: LakeSettings) -> None:
    arn = "arn:aws:sns:us-east-1:123456789012:nobody"
    with pytest.raises(AlertNotSent, match=f"{ALERT.key} for {arn}"):
        topic_at(aws, arn).send(ALERT)


def test_an_sns_that_does_not_answer_does_not_take_it(aws: LakeSettings) -> None:
    [port] = free_ports(1)
    away = replace(aws, endpoint=f"http://127.0.0.1:{port}")
    with pytest.raises(AlertNotSent, match="held-day/2018-05-24/1"):
        topic_at(away, "arn:aws:sns:us-east-1:123456789012:alerts").send(ALERT)


def test_a_topics_name_is_its_arn(aws: LakeSettings) -> None:
    assert topic_at(aws, "arn:aws:sns:us-east-1:1:a").name == "arn:aws:sns:us-east-1:1:a"


def test_slack_has_subject_and_text_with_its_own_characters_escaped(slack: Receiver) -> None:
    SlackWebhook(slack.url).send(ALERT)
    [(path, content_type, body)] = slack.posts
    assert (path, content_type) == (PATH, "application/json")
    assert body == {
        "text": (
            "*[keystone] held-day 2018-05-24: prices &lt;= 0 &amp; worse*\n"
            "```prices &lt;= 0 &amp; worse\n\nwhere: silver.orders\nday: 2018-05-24, generation 1\n"
            "how many: 3 of 4 (75.00%)\n\nfor example:\n  &lt;!channel&gt;\n\nto see them:\n  SELECT 1\n\n"
            "key: held-day/2018-05-24/1```"
        )
    }


@pytest.mark.parametrize("status", [400, 404, 500])
def test_a_refusal_says_the_status_and_not_the_path(slack: Receiver, status: int) -> None:
    slack.answer = f"HTTP/1.0 {status} {SECRET}\r\n\r\n{SECRET}".encode()
    assert refusal(slack.url) == f"slack at 127.0.0.1 did not take the alert {ALERT.key}: HTTP {status}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_refusal_for_it_would_be_followed_without_the_alert(slack: Receiver, status: int) -> None:
    slack.answer = f"HTTP/1.0 {status} Moved\r\nLocation: /elsewhere\r\n\r\n".encode()
    assert refusal(slack.url).endswith(f"HTTP {status}")


def test_an_answer_that_is_no_http_is_a_refusal(slack: Receiver) -> None:
    slack.answer = f"{SECRET}\r\n\r\n".encode()
    assert refusal(slack.url).endswith(f"{ALERT.key}: BadStatusLine")


def test_a_connection_that_is_closed_without_an_answer_is_a_refusal(slack: Receiver) -> None:
    slack.answer = b""
    assert refusal(slack.url).endswith(f"{ALERT.key}: RemoteDisconnected")


def test_a_slow_answer_is_not_waited_for(slack: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "TIMEOUT_S", 0.1)
    slack.answer = None
    assert refusal(slack.url).endswith(f"{ALERT.key}: TimeoutError")


def test_a_refused_connection_says_so() -> None:
    [port] = free_ports(1)
    assert "Connection refused" in refusal(f"http://127.0.0.1:{port}{PATH}")


@pytest.mark.parametrize("url", [f"http://127.0.0.1{PATH} x", f"http://127.0.0.1{PATH}ã", f"http://127.0.0.1:x{PATH}"])
def test_an_address_that_cannot_be_sent_to_is_not_shown(url: str) -> None:
    refusal(url)


def test_a_webhooks_name_and_repr_say_the_host_alone() -> None:
    webhook = SlackWebhook(f"https://hooks.slack.com{PATH}")
    assert webhook.name == "slack at hooks.slack.com"
    assert SECRET not in repr(webhook)
