"""What a person and what a CI system are told of a run."""

from xml.etree import ElementTree as ET

from reports import record as rec
from reports.junit import junit_xml
from reports.summary import summary, verdict_lines
from scenarios.verdicts.judge import judge
from tests.records import a_fault, a_ledger, a_noise, a_plan, a_query_cost, a_record


def test_a_summary_ends_with_the_outcome_and_names_what_failed() -> None:
    text = summary(judge(a_record(ledger=a_ledger(lost=3), control="drop"))).splitlines()
    assert text[0] == "quickstart: A steady load, nothing broken. Control: drop."
    assert any(line.startswith("FAIL lost: 3") for line in text)
    assert text[-1] == "failed"


def test_a_summary_says_what_was_broken_when() -> None:
    assert "fault          freeze of writer-1 from 1.0 s to 3.0 s" in summary(judge(a_record(faults=(a_fault(),))))
    never = a_fault(began_s=None, ended_s=None)
    assert "freeze of writer-1: never began" in summary(judge(a_record(faults=(never,))))


def test_a_summary_says_what_the_sending_of_an_event_cost() -> None:
    sent = a_record().events.sent
    generator = a_record().generator.model_copy(update={"cpu_s": sent * 25e-6})
    assert "; 25 µs of CPU an event\n" in summary(judge(a_record(generator=generator)))
    two = generator.model_copy(update={"workers": 2})
    elsewhere = a_record(generator=two)
    assert "CPU an event" not in summary(judge(elsewhere))
    here = [
        rec.Stage(
            name=f"generator-{number}",
            cpu_s=1.0,
            events=None,
            busy_share=0.1,
            busy_by="CPU",
            deaths=0,
            restarts=0,
            peak_rss_mib=1.0,
        )
        for number in (1, 2)
    ]
    seen = a_record(generator=two, stages=tuple(here))
    assert "; 25 µs of CPU an event by 2 processes\n" in summary(judge(seen))
    none = generator.model_copy(update={"cpu_s": 0.0})
    assert "CPU an event" not in summary(judge(a_record(generator=none)))


def test_every_verdict_has_a_line() -> None:
    judged = judge(a_record())
    assert len(verdict_lines(judged).splitlines()) == len(judged.verdicts)


def test_junit_counts_what_failed_and_what_was_inconclusive() -> None:
    record = judge(
        a_record(
            ledger=a_ledger(lost=3),
            noise=a_noise(too_noisy=True, why="noise"),
            plan=a_plan(at_most={"ack_p99_ms": 1}),
        )
    )
    suite = ET.fromstring(junit_xml(record))  # noqa: S314 - our own text
    assert (suite.get("failures"), suite.get("skipped")) == ("2", "1")
    assert suite.get("tests") == str(len(record.verdicts)) == str(len(suite.findall("testcase")))
    assert suite.find("testcase[@name='lost']/failure") is not None
    assert suite.find("testcase[@name='ack_p99_ms']/skipped") is not None


def test_no_events_are_said_to_be_none() -> None:
    none = rec.Latency(ack=None, ack_raw=None, bronze=None, silver=None)
    assert "acked          no event" in summary(judge(a_record(latency_ms=none)))


def test_a_days_question_has_its_price_for_each_layout() -> None:
    costs = (a_query_cost(usd=0.00006), a_query_cost(columns="all", usd=0.00008), a_query_cost(days="all", usd=1.0))
    compacted = a_query_cost(layout="compacted", usd=0.00005)
    text = summary(judge(a_record(query_costs=(*costs, compacted))))
    assert "a day's query  $0.00008 written, $0.00005 compacted" in text
