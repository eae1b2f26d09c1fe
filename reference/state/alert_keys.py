"""Which alerts went out: the table `alerts`, see migrations/versions/0004_days.sql."""

from collections.abc import Callable

from reference.state.transaction import transaction


class AlertKeys:
    """The keys in the database that `conninfo` (libpq's) names."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo

    def once(self, key: str, channel: str, now_ns: int, send: Callable[[], None]) -> bool:
        """Call `send` unless it has been for this key and channel; whether it was.

        Of two that do this at once, one waits until the other is done. What `send` raises is raised, and the key is as
        it was; so it is if the process dies, even if it was sent by then: rather twice than never.

        Raises:
            StateUnreachable: Postgres does not answer; nothing was sent, or nobody can be told that it was.
        """
        with transaction(self._conninfo) as connection:
            entered = connection.execute(
                "INSERT INTO alerts (key, channel, sent_ns) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (key, channel, now_ns),
            )
            if entered.rowcount:
                send()
            return bool(entered.rowcount)
