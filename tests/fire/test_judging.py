"""What a run under fire is judged by, shown to see what it is there for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reference.protocol.decisions import LakeOffsets
from reference.protocol.offsets import TableOffsets
from scenarios.targets.embedded.target import EmbeddedTarget
from tests.fire.event_log import HAZARD, EventLog
from tests.fire.ledger import PARTITIONS, contradictions
from tests.fire.run import Outcome, never_found_kafka
from tests.reference.writer.bench import Bench, await_true

pytestmark = pytest.mark.integration


def outcome(broken: dict[str, int], left: int = 0) -> Outcome:
    return Outcome(seed=0, broken=broken, left=left)


def test_what_is_wrong_for_good_is_caught_and_what_is_late_is_not() -> None:
    assert not outcome({}).is_caught
    assert outcome({"duplicated": 1}).is_caught
    assert not outcome({"lost": 5, "misrouted": 5, "records without a row": 5}, left=5).is_caught
    assert outcome({"lost": 6}, left=5).is_caught
    assert outcome({"duplicated": 1}, left=5).is_caught
    assert outcome({"tables that cannot be read": 1}, left=5).is_caught


def test_only_a_writer_that_gave_kafka_up_may_end_by_itself() -> None:
    last = "2026-01-01 10:00:00 ERROR Kafka at 127.0.0.1:9092: Failed while waiting for controller: Local: Timed out"
    assert never_found_kafka(last)
    assert never_found_kafka(f"2026-01-01 09:59:00 WARNING Kafka: _TRANSPORT\n{last}")
    assert not never_found_kafka(f"2026-01-01 09:59:00 INFO assigned partitions [0]\n{last}")
    assert not never_found_kafka("")
    assert not never_found_kafka("AssertionError")
    assert not never_found_kafka("2026-01-01 10:00:00 ERROR the lake at 127.0.0.1:80 does not answer")


def test_a_hazard_is_read_from_a_writers_log_and_told_from_all_else(tmp_path: Path) -> None:
    said = tmp_path / "writer-0.log"
    said.write_text(f"10:00 x WARNING {HAZARD}two at once\n10:00 x WARNING offset 17 of 4\n10:00 x INFO nothing\n")
    log = EventLog()
    log.read_writers([said])
    assert log.hazards() == [f"writer-0: {HAZARD}two at once"]
    assert (log.count_of("offset # of #"), log.count_of("nothing")) == (1, 0)


@pytest.fixture
def start(stack: EmbeddedTarget, tmp_path: Path) -> Iterator[Callable[[str], Bench]]:
    made: list[Bench] = []

    def started(code: str) -> Bench:
        made.append(Bench(stack.status().endpoints, tmp_path))
        made[-1].writer(code=code)
        return made[-1]

    yield started
    for bench in made:
        bench.end()


SLEEPS = "import time; time.sleep(60)"


def test_a_writer_that_ends_by_itself_is_a_death_even_if_it_is_killed_then(start: Callable[[str], Bench]) -> None:
    bench = start("import sys; sys.exit(1)")
    await_true(lambda: bench.deaths() == {0: 1}, "it did not end")
    bench.kill(0)
    assert bench.deaths() == {0: 1}


def test_a_writer_that_is_killed_or_told_to_end_is_none(start: Callable[[str], Bench]) -> None:
    killed, told = start(SLEEPS), start(SLEEPS)
    killed.kill(0)
    told.end()
    assert (killed.deaths(), told.deaths()) == ({}, {})


def test_a_writer_that_fails_as_it_is_told_to_end_is_a_death(start: Callable[[str], Bench], tmp_path: Path) -> None:
    bench = start("import signal, sys; signal.signal(15, lambda *_: sys.exit(3)); print(flush=True); signal.pause()")
    await_true(lambda: (tmp_path / "writer-0.log").read_text() == "\n", "it did not start")
    bench.end()
    assert bench.deaths() == {0: 3}


def lake(bronze: int, quarantine: int, silver: int) -> LakeOffsets:
    return LakeOffsets(
        *(
            TableOffsets("id", PARTITIONS, {}, {0: end} | dict.fromkeys(range(1, PARTITIONS), 0), {})
            for end in (bronze, quarantine, silver)
        )
    )


def test_tables_that_no_writer_can_go_on_with_contradict_each_other() -> None:
    assert contradictions(lake(7, 7, 7)) == []
    [out_of_order] = contradictions(lake(5, 7, 7))
    assert "order of commits" in out_of_order
    [without_pin] = contradictions(lake(7, 5, 5))
    assert "pin" in without_pin
