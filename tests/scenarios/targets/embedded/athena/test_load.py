"""Twenty clients with ten queries each: each gets its own answer, and the server stays within its bounds.

One of each client's queries would never end and is cancelled; one client's result is of a gigabyte.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from reference.lake.settings import LakeSettings
from tests.scenarios.targets.embedded.athena.api.waiting import ended
from tests.scenarios.targets.embedded.athena.days import DAYS, make_days, sum_of
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, TestLake
from tests.scenarios.targets.embedded.athena.processes import AthenaProcess, athena_process

CLIENTS, QUERIES = 20, 10
ENDLESS = 3
"""The query of this place, of each client's, is cancelled."""

LARGE = (0, 5)
"""A client, and the place of its query with the large result."""

LARGE_BYTES = MOST_BYTES = 10**9
MORE = {"clients": 0, "spilled": 0, "threads": CLIENTS // 2, "files": CLIENTS // 2}
"""What may be there afterwards that was not before: pools have as many threads and connections as were needed at once.

What each client, each cancelled query or each query left behind would be more.
"""

ROWS = 100
WITHIN_S, SETTLED_S, LOOK_S = 120.0, 20.0, 0.1


@pytest.fixture
def athena(lake: TestLake, aws: LakeSettings, tmp_path: Path) -> Iterator[AthenaProcess]:
    lake.s3.create_bucket(Bucket="results")
    make_days(lake, ROWS, ROWS)
    with athena_process(aws, tmp_path) as process:
        yield process


@pytest.mark.slow
def test_twenty_clients_get_their_own_answers_and_leave_nothing(athena: AthenaProcess, lake: TestLake) -> None:
    all_ask(athena, ENDLESS)
    before = held(athena)
    for client, ends in enumerate(all_ask(athena, QUERIES)):
        for query, end in enumerate(ends):
            assert end["Status"]["State"] == ("CANCELLED" if query == ENDLESS else "SUCCEEDED"), end["Status"]
            if (client, query) == LARGE:
                assert size(lake, end["ResultConfiguration"]["OutputLocation"]) > LARGE_BYTES
            elif query != ENDLESS:
                mine, which, price = end["Row"]
                assert (int(mine), int(which)) == (client, query)
                assert float(price) == pytest.approx(sum_of(day(client, query), ROWS))
    after = settled(athena, before)
    assert {what: after[what] - before[what] for what in after if after[what] - before[what] > MORE[what]} == {}
    assert peak_bytes(athena) <= MOST_BYTES


def question(client: int, query: int) -> str:
    """A client's query of this place."""
    if query == ENDLESS:
        sides = " CROSS JOIN ".join(f"UNNEST(sequence(1, 10000)) {name}({name})" for name in "abcd")
        return f"SELECT count(*) FROM {sides} WHERE a * b - c * d = {client}"
    if (client, query) == LARGE:
        sides = "UNNEST(sequence(1, 10000)) a(a) CROSS JOIN UNNEST(sequence(1, 10)) b(b)"
        return f"SELECT rpad('', 10000, 'x') AS t FROM {sides}"
    return f"SELECT {client} AS client, {query} AS query, sum(price) AS s FROM days WHERE day = {day(client, query)}"


def day(client: int, query: int) -> int:
    """The day that it asks for."""
    return (client * QUERIES + query) % DAYS


def all_ask(athena: AthenaProcess, queries: int) -> list[list[dict[str, Any]]]:
    """How each client's first queries ended, all clients at once."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(lambda client: ask(athena, client, queries), range(CLIENTS)))


def ask(athena: AthenaProcess, client: int, queries: int) -> list[dict[str, Any]]:
    """One client's; those that succeeded with their first row."""
    asking = athena.client()
    context = {"Database": DATABASE}
    started = [
        asking.start_query_execution(QueryString=question(client, query), QueryExecutionContext=context)
        for query in range(queries)
    ]
    for one in started[ENDLESS : ENDLESS + 1]:
        asking.stop_query_execution(QueryExecutionId=one["QueryExecutionId"])
    ends = [ended(asking, one["QueryExecutionId"], WITHIN_S, LOOK_S) for one in started]
    for end in ends:
        if end["Status"]["State"] == "SUCCEEDED":
            page = asking.get_query_results(QueryExecutionId=end["QueryExecutionId"], MaxResults=2)
            end["Row"] = [cell["VarCharValue"] for cell in page["ResultSet"]["Rows"][1]["Data"]]
    asking.close()
    return ends


def held(athena: AthenaProcess) -> dict[str, int]:
    """What the server holds; files are all that is open, temporary ones without a name and connections among them."""
    process = psutil.Process(athena.process.pid)
    return {
        "clients": sum(one.laddr.port == athena.port and bool(one.raddr) for one in process.net_connections("inet")),
        "spilled": sum(path.is_file() for path in (athena.folder / "spill").rglob("*")),
        "threads": process.num_threads(),
        "files": process.num_fds(),
    }


def settled(athena: AthenaProcess, before: dict[str, int]) -> dict[str, int]:
    """The same once it is no more than it may be, or after a while: a connection's thread ends after its client."""
    deadline = time.monotonic() + SETTLED_S
    while True:
        found = held(athena)
        if all(found[what] - before[what] <= MORE[what] for what in found) or time.monotonic() > deadline:
            return found
        time.sleep(LOOK_S)


def peak_bytes(athena: AthenaProcess) -> int:
    """The most memory that the server has had."""
    lines = Path(f"/proc/{athena.process.pid}/status").read_text().splitlines()
    [peak] = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) * 1024


def size(lake: TestLake, url: str) -> int:
    """An object's."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return int(lake.s3.head_object(Bucket=bucket, Key=key)["ContentLength"])
