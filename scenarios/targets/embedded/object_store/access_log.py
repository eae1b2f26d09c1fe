"""Counts the requests in versitygw's access log, which has the fields of S3's own.

A request is logged before it is answered, so who has an answer finds it here. The log does not say how long the parts
of an upload were, nor what was read, so sums with one of these in them are unknown; time is in whole milliseconds.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reports.record import MeteredRequests
from scenarios.targets.embedded.aws.keys import part_of

_LINE: Final = re.compile(
    r"\S+ \S+ \[[^]]*\] \S+ (?P<requester>\S+) [0-9A-Z]{16} (?P<action>\w+) .*? /\S* \d{3} .*? "
    r"(?P<sent>\d+) (?P<size>\d+) (?P<ms>\d+) \d+ \S+ "
)
_NO_REQUEST: Final = "log starts "
_KINDS: Final = {
    "put": ("Put", "Upload", "Copy", "CreateBucket"),
    "post": ("CreateMultipart", "Complete", "Post", "Select", "Restore"),
    "list": ("List",),
    "head": ("Head",),
    "delete": ("Delete", "Abort"),
}
"""As S3 bills, by how the action's name begins; all else is a get."""

_TAKES_UNSAID: Final = ("s3_UploadPart", "s3_UploadPartCopy")
_SENDS_UNSAID: Final = ("s3_GetObject",)
"""Actions of which the log does not say how many bytes came in, or went out."""


def count_requests(log: Path) -> list[MeteredRequests]:
    """What was asked for so far, by part and kind.

    Raises:
        OSError: the log cannot be read.
        ValueError: a line is not as expected, and so nothing could be said of the sum.
    """
    with log.open(encoding="utf-8", errors="replace", newline="\n") as lines:
        return _sums(lines)


def _sums(lines: Iterable[str]) -> list[MeteredRequests]:
    sums: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    for line in lines:
        # The last one may still be on its way.
        if line.startswith(_NO_REQUEST) or not line.endswith("\n"):
            continue
        found = _LINE.match(line)
        if found is None:
            raise ValueError(f"the object store's access log has a line that is no request: {line.strip()[:200]!r}")
        sums[part_of(found["requester"]), _kind(found["action"])].add(found)
    return [sums[part, kind].of(part, kind) for part, kind in sums]


@dataclass
class _Sum:
    requests: int = 0
    taken: int | None = 0
    sent: int | None = 0
    ms: int = 0

    def add(self, line: re.Match[str]) -> None:
        self.requests += 1
        self.ms += int(line["ms"])
        unsaid_in, unsaid_out = line["action"] in _TAKES_UNSAID, line["action"] in _SENDS_UNSAID
        self.taken = None if unsaid_in or self.taken is None else self.taken + int(line["size"])
        self.sent = None if unsaid_out or self.sent is None else self.sent + int(line["sent"])

    def of(self, part: str, kind: str) -> MeteredRequests:
        return MeteredRequests(
            part=part,
            service="s3",
            kind=kind,
            requests=self.requests,
            bytes_in=self.taken,
            bytes_out=self.sent,
            busy_s=round(self.ms / 1000, 3),
        )


def _kind(action: str) -> str:
    name = action.removeprefix("s3_")
    return next((kind for kind, beginnings in _KINDS.items() if name.startswith(beginnings)), "get")
