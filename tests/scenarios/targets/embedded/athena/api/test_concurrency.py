"""Many clients at once: each gets its own answer, what is cancelled is cancelled, and nothing is left."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scenarios.targets.embedded.athena.api.runner import Limits
from tests.scenarios.targets.embedded.athena.api.conftest import Athena, MakeAthena
from tests.scenarios.targets.embedded.athena.api.scripted import Play, ScriptedEngine, numbers, waits

CLIENTS, QUERIES = 20, 10
CANCELLED = 3
"""Of each client's, the query of this place waits until it is cancelled."""


def text(client: int, query: int) -> str:
    return f"SELECT {client}, {query}"


def rows(client: int, query: int) -> int:
    return client * QUERIES + query


def ask(athena: Athena, client: int) -> list[tuple[str, int | None]]:
    """How each query ended, and how many rows it gave."""
    names = [athena.start(text(client, query)) for query in range(QUERIES)]
    athena.client.stop_query_execution(QueryExecutionId=names[CANCELLED])
    return [outcome(athena, name) for name in names]


def outcome(athena: Athena, name: str) -> tuple[str, int | None]:
    state = athena.ended_as(name)["Status"]["State"]
    if state != "SUCCEEDED":
        return state, None
    page: dict[str, Any] = athena.client.get_query_results(QueryExecutionId=name)
    return state, len(page["ResultSet"]["Rows"]) - 1


def test_twenty_clients_with_ten_queries_each_get_their_own_answers(make_athena: MakeAthena) -> None:
    plays: dict[str, Play] = {
        text(client, query): waits if query == CANCELLED else numbers(rows(client, query))
        for client in range(CLIENTS)
        for query in range(QUERIES)
    }
    engine = ScriptedEngine(plays)
    athena = make_athena(engine, Limits(waiting=CLIENTS * QUERIES), most_kept=CLIENTS * QUERIES)
    with ThreadPoolExecutor(CLIENTS) as clients:
        found = list(clients.map(lambda client: ask(athena, client), range(CLIENTS)))
    for client, outcomes in enumerate(found):
        assert outcomes == [
            ("CANCELLED", None) if query == CANCELLED else ("SUCCEEDED", rows(client, query))
            for query in range(QUERIES)
        ]
    assert all(statement.closed for statement in engine.statements)
    athena.service.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("statement")]
