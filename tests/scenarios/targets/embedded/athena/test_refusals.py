"""What Athena refuses, by the page of AWS or Trino that says so, is refused here."""

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from reference.lake.settings import LakeSettings
from scenarios.targets.embedded.athena.api.failures import USER, Failure
from scenarios.targets.embedded.athena.engine import Engine
from scenarios.targets.embedded.athena.lake.catalog import Lake
from scenarios.targets.embedded.athena.sql.errors import SqlError
from scenarios.targets.embedded.athena.storage import LakeStorage
from tests.scenarios.targets.embedded.athena.asking import NOW, ask
from tests.scenarios.targets.embedded.athena.lakes import DATABASE, begin
from tests.scenarios.targets.embedded.athena.serving import Athena, athenas

LEAST, LEAST_AT_API = 50, 12
PAGES = ("https://docs.aws.amazon.com/athena/latest/ug/", "https://trino.io/docs/435/")
EVERY = 8
"""Every so many-th is put to the API, too."""

FILE = yaml.safe_load(Path(__file__).with_name("refusals.yaml").read_text())
MALFORMED = "malformed"


@dataclass(frozen=True)
class Refusal:
    """A statement that Athena refuses.

    Attributes:
        code: what the reason begins with.
        says: what it has in it.
        page: the address where that is said.
        why: what it says there, in short.
        of_api: whether the statement is the API's own, which the engine never sees.
    """

    sql: str
    code: str
    says: str
    page: str
    why: str
    of_api: bool

    def meets(self, reason: str) -> bool:
        """Whether a statement that ended so was refused as it ought to be."""
        return any(reason.startswith(code) for code in self.code.split(" or ")) and self.says in reason


def refusals() -> Iterator[Refusal]:
    """Those of the file."""
    for page in FILE["refusals"]:
        for one in page["statements"]:
            yield Refusal(
                one["sql"], one["code"], one.get("says", ""), page["page"], page["why"], one.get("of_api", False)
            )


ALL = list(refusals())
AT_API = [refusal for place, refusal in enumerate(ALL) if refusal.of_api or place % EVERY == 0]


@pytest.fixture(scope="module")
def engine(aws_server: str, open_lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One over the tables, for all that is refused; what it finds there from before it goes."""
    request = urllib.request.Request(f"{aws_server}/moto-api/reset", method="POST")  # noqa: S310 - our own server
    urllib.request.urlopen(request).close()  # noqa: S310
    engine = Engine(LakeStorage(begin(open_lake).lake), 300_000_000, tmp_path_factory.mktemp("spill"), lambda: NOW)
    for table in FILE["tables"]:
        ask(engine, table, DATABASE)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def athena(aws_server: str, engine: Engine) -> Iterator[Athena]:
    """The API before it."""
    with athenas(LakeSettings(endpoint=aws_server, access_key="AKTEST", secret_key="made-up")) as make:
        yield make(engine)


@pytest.mark.parametrize("refusal", [one for one in ALL if not one.of_api], ids=lambda refusal: refusal.sql[:60])
def test_what_athena_refuses_the_engine_refuses(engine: Engine, refusal: Refusal) -> None:
    with pytest.raises(SqlError) as refused:
        ask(engine, refusal.sql, DATABASE)
    reason = Failure(refused.value.code, str(refused.value)).reason
    assert refusal.meets(reason), reason


@pytest.mark.parametrize("refusal", AT_API, ids=lambda refusal: refusal.sql[:60])
def test_what_athena_refuses_its_api_refuses(athena: Athena, refusal: Refusal) -> None:
    reason = reason_at_api(athena, refusal.sql)
    assert reason == MALFORMED or refusal.meets(reason), reason


def reason_at_api(athena: Athena, sql: str) -> str:
    """Why a statement failed, or MALFORMED for one that was not even begun."""
    try:
        status = athena.run(sql, QueryExecutionContext={"Database": DATABASE})["Status"]
    except athena.client.exceptions.InvalidRequestException:
        return MALFORMED
    assert (status["State"], status["AthenaError"]["ErrorCategory"]) == ("FAILED", USER)
    return str(status["StateChangeReason"])


def test_there_are_as_many_as_are_wanted_each_with_its_page() -> None:
    assert len({refusal.sql for refusal in ALL}) == len(ALL) >= LEAST
    assert len(AT_API) >= LEAST_AT_API
    assert {refusal.page for refusal in ALL if not refusal.page.startswith(PAGES) or not refusal.why} == set()
