"""What S3 and Glue are like: a proxy's handler that is away, slow, or loses replies, as it is told."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.fire.commits import Landed
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

    `after` is told whose commit it is and whether it landed, and says whether the reply still arrives.
    """

    before: Callable[[int], None]
    after: Callable[[int, bool], bool]


class Weather:
    """Handles the requests to one service.

    Seen here and nowhere else: a commit that is repeated after its reply was lost is told of a conflict with itself,
    which is a hazard.

    Attributes:
        landed: the commits that the service took, in its own order.
    """

    def __init__(self, name: str, dice: random.Random, log: EventLog) -> None:
        self.mood: Mood = "healthy"
        self._ambushes: list[Ambush] = []
        self._name = name
        self._dice = dice
        self._log = log
        self._commits = threading.Lock()  # guards what follows, and makes the service's order ours
        self.landed: list[Landed] = []
        self._landed_of: Counter[int] = Counter()
        self._landed_unheard: set[bytes] = set()

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
        return self._landed_of.total() - self._landed_of[writer] - self._landed_of[NO_WRITER]

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
        body = request.partition(b"\r\n\r\n")[2]
        with self._commits:
            reply = ask(request)
            if has_landed := reply.startswith(b"HTTP/1.1 200"):
                update = json.loads(body)
                location = update["TableInput"]["Parameters"]["metadata_location"]
                self.landed.append(Landed(update["DatabaseName"], location))
                self._landed_of[writer] += 1
        if not is_heard:
            database = json.loads(body)["DatabaseName"]
            self._log.note(f"lost the reply to a commit to {database}: {'landed' if has_landed else 'refused'}")
        if ambush:
            is_heard &= ambush.after(writer, has_landed)
        self._see_commit(body, has_landed, is_heard)
        return reply if is_heard else None

    def _spring(self) -> Ambush | None:
        try:
            return self._ambushes.pop()
        except IndexError:
            return None

    def _see_commit(self, body: bytes, has_landed: bool, is_heard: bool) -> None:
        database = json.loads(body)["DatabaseName"]
        self._log.count(f"{'landed' if has_landed else 'refused'} commits to {database}")
        with self._commits:
            if not is_heard and has_landed:
                self._landed_unheard.add(body)
            is_own_conflict = is_heard and not has_landed and body in self._landed_unheard
        if is_own_conflict:
            self._log.note(f"{HAZARD}a commit to {database} was told of a conflict with itself")
