"""What S3 and Glue are like: a proxy's handler that is away, slow, or loses replies, as it is told."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.fire.event_log import HAZARD, EventLog
from tests.http_proxy import UNAVAILABLE, is_commit

Mood = Literal["healthy", "unavailable", "failing half of the time", "slow", "losing replies"]
BAD_MOODS: tuple[Mood, ...] = ("unavailable", "failing half of the time", "slow", "losing replies")

SLOW_S = 0.3
LOST_SHARE = 0.4
LOST_COMMITS = 0.1
"""Of the replies to commits, at any time."""

NO_WRITER = -1


@dataclass(frozen=True)
class Ambush:
    """What happens to whoever commits next: before Glue has the commit, and before the writer has the reply.

    `after` says whether the reply still arrives.
    """

    before: Callable[[int], None]
    after: Callable[[int], bool]


class Weather:
    """Handles the requests to one service.

    Seen here and nowhere else: a commit that is repeated after its reply was lost is told of a conflict with itself,
    which is a hazard; and without compare-and-set, two commits replace the same version of a table.
    """

    def __init__(self, name: str, dice: random.Random, log: EventLog) -> None:
        self.mood: Mood = "healthy"
        self._ambushes: list[Ambush] = []
        self._name = name
        self._dice = dice
        self._log = log
        self._landed: Counter[int] = Counter()
        self._landed_unheard: set[bytes] = set()
        self._replaced: set[tuple[str, str]] = set()

    def lie_in_wait(self, ambush: Ambush) -> None:
        """For the next commit of any writer."""
        self._ambushes.append(ambush)

    def call_off(self, ambush: Ambush) -> bool:
        """Whether it was still time to; else it is sprung, or about to be."""
        try:
            self._ambushes.remove(ambush)
        except ValueError:
            return False
        return True

    def landed_by_others(self, writer: int) -> int:
        """How many commits other writers have landed so far."""
        return self._landed.total() - self._landed[writer] - self._landed[NO_WRITER]

    def handle(self, writer: int, request: bytes, ask: Callable[[bytes], bytes]) -> bytes | None:
        mood = self.mood
        if mood == "unavailable" or (mood == "failing half of the time" and self._dice.random() < 0.5):
            return UNAVAILABLE
        if mood == "slow":
            time.sleep(SLOW_S)
        is_heard = mood != "losing replies" or self._dice.random() >= LOST_SHARE
        if is_commit(request):
            return self._commit(writer, request, ask, is_heard and self._dice.random() >= LOST_COMMITS)
        reply = ask(request)
        return reply if is_heard else None

    def _commit(self, writer: int, request: bytes, ask: Callable[[bytes], bytes], is_heard: bool) -> bytes | None:
        ambush = self._spring() if writer != NO_WRITER else None
        if ambush:
            ambush.before(writer)
        reply = ask(request)
        if ambush:
            is_heard &= ambush.after(writer)
        self._see_commit(writer, request.partition(b"\r\n\r\n")[2], reply, is_heard)
        return reply if is_heard else None

    def _spring(self) -> Ambush | None:
        try:
            return self._ambushes.pop()
        except IndexError:
            return None

    def _see_commit(self, writer: int, body: bytes, reply: bytes, is_heard: bool) -> None:
        update = json.loads(body)
        table = f"{update['DatabaseName']}.{update['TableInput']['Name']}"
        has_landed = reply.startswith(b"HTTP/1.1 200")
        self._log.count(f"{'landed' if has_landed else 'refused'} commits to {table}")
        if not is_heard:
            self._log.note(f"the reply to a commit to {table} was lost: {'landed' if has_landed else 'refused'}")
            if has_landed:
                self._landed_unheard.add(body)
        elif body in self._landed_unheard and not has_landed:
            self._log.note(f"{HAZARD}a commit to {table} was told of a conflict with itself")
        version = (table, update.get("VersionId", ""))
        if has_landed and version in self._replaced:
            self._log.note(f"version {version[1]} of {table} was replaced twice")
        if has_landed:
            self._replaced.add(version)
            self._landed[writer] += 1
