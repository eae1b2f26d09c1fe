"""A channel of alerts that keeps what it is sent."""

from dataclasses import dataclass, field

from reference.alerts.alert import Alert


@dataclass
class Mailbox:
    """The channel; `taken` are the alerts, the oldest first."""

    name: str = "mailbox"
    taken: list[Alert] = field(default_factory=list)

    def send(self, alert: Alert) -> None:
        """Keep it."""
        self.taken.append(alert)
