"""What a target offers to those who run scenarios on it: endpoints, and handles of the parts that may be broken.

`tests/scenarios/targets/` holds every implementation to this.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

PartState = Literal["starting", "running", "stopped", "killed", "died"]


@dataclass(frozen=True)
class S3Endpoint:
    """An S3 and the keys to it."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str


@dataclass(frozen=True)
class Endpoints:
    """Where a client of the pipeline finds its parts.

    Attributes:
        grpc: the ingest server, host:port.
        kafka: bootstrap servers, host:port[,host:port].
        aws: base URL of Glue and the other AWS services.
        s3: the object store.
        topic, group: the names under which the pipeline meets in Kafka.
    """

    grpc: str
    kafka: str
    aws: str
    s3: S3Endpoint
    topic: str
    group: str


@dataclass(frozen=True)
class PartStatus:
    """One part as its target sees it; `problem` says how it died, with the end of its log."""

    name: str
    state: PartState
    pid: int | None
    log: str
    problem: str | None = None


@dataclass(frozen=True)
class TargetStatus:
    """A target at one moment."""

    state_dir: str
    supervisor_pid: int
    endpoints: Endpoints
    parts: Sequence[PartStatus]

    @property
    def problems(self) -> list[str]:
        """What died by itself."""
        return [part.problem for part in self.parts if part.problem is not None]

    def to_json(self) -> dict[str, Any]:
        """As `keystone status --json` prints it: endpoints on top, then the parts."""
        endpoints = asdict(self.endpoints)
        return {
            "state": "degraded" if self.problems else "running",
            **endpoints,
            "state_dir": self.state_dir,
            "supervisor_pid": self.supervisor_pid,
            "parts": [asdict(part) for part in self.parts],
        }

    @classmethod
    def from_json(cls, text: dict[str, Any]) -> "TargetStatus":
        """The reverse of to_json."""
        s3 = S3Endpoint(**text["s3"])
        names = ("grpc", "kafka", "aws", "topic", "group")
        return cls(
            state_dir=text["state_dir"],
            supervisor_pid=text["supervisor_pid"],
            endpoints=Endpoints(s3=s3, **{name: text[name] for name in names}),
            parts=[PartStatus(**part) for part in text["parts"]],
        )


class Target(Protocol):
    """A pipeline that runs somewhere."""

    @property
    def name(self) -> str:
        """What kind of target it is, as runs record it."""
        ...

    def status(self) -> TargetStatus:
        """Endpoints, and each part's state now.

        Raises:
            TargetError: the target is gone.
        """
        ...

    def stop_part(self, name: str) -> None:
        """End a part as its operator would."""
        ...

    def start_part(self, name: str) -> None:
        """Start a part that was stopped, killed or died, and wait until it is ready."""
        ...

    def kill_part(self, name: str) -> None:
        """End a part without warning."""
        ...
