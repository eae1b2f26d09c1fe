"""What an alert says, whatever it is given to say."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.alerts.alert import MOST_QUERY, MOST_SAMPLE, MOST_SUBJECT, Alert

ALERT = Alert(
    kind="quarantine",
    day=date(2018, 5, 24),
    generation=2,
    what="1,234 rows went to quarantine",
    where="quarantine.orders",
    count=1_234,
    total=50_000,
    by_reason={"price-above-zero": 1_200, "customer-present": 40, "known-state": 0},
    sample=["partition 0, offset 5, price-above-zero: order o1"],
    query="SELECT * FROM quarantine.orders",
)
TEXTS = st.text(st.characters(codec=None), max_size=300)


def test_the_text_says_what_where_how_many_examples_query_and_key() -> None:
    assert ALERT.text.splitlines() == [
        "1,234 rows went to quarantine",
        "",
        "where: quarantine.orders",
        "day: 2018-05-24, generation 2",
        "how many: 1,234 of 50,000 (2.47%)",
        "  price-above-zero: 1,200",
        "  customer-present: 40",
        "",
        "for example:",
        "  partition 0, offset 5, price-above-zero: order o1",
        "",
        "to see them:",
        "  SELECT * FROM quarantine.orders",
        "",
        "key: quarantine/2018-05-24/2",
    ]


def test_what_there_is_nothing_of_is_left_out() -> None:
    bare = Alert("failure", date(2018, 5, 24), 0, "pin_day failed: no marker", "pin_day")
    assert bare.text.splitlines() == [
        "pin_day failed: no marker",
        "",
        "where: pin_day",
        "day: 2018-05-24, generation 0",
        "",
        "key: failure/2018-05-24/0",
    ]


def test_the_key_is_kind_day_and_generation_alone() -> None:
    assert replace(ALERT, what="else", where="elsewhere", count=1, sample=[], query="").key == ALERT.key
    others = [replace(ALERT, kind="held-day"), replace(ALERT, day=date(2018, 5, 25)), replace(ALERT, generation=3)]
    assert len({ALERT.key, *(other.key for other in others)}) == 4


def test_the_subject_says_kind_day_and_what() -> None:
    assert ALERT.subject == "[keystone] quarantine 2018-05-24: 1,234 rows went to quarantine"


@pytest.mark.parametrize(
    ("what", "end"), [("São Paulo", "S?o Paulo"), ("a\n  b\tc\r\n", "a b c"), ("\x1b[31mred\x00", "[31mred")]
)
def test_the_subject_is_one_line_that_sns_takes(what: str, end: str) -> None:
    assert replace(ALERT, what=what).subject == f"[keystone] quarantine 2018-05-24: {end}"


@given(what=TEXTS)
def test_the_subject_is_short_and_printable_ascii_whatever_happened(what: str) -> None:
    subject = replace(ALERT, what=what).subject
    assert len(subject) <= MOST_SUBJECT
    assert subject.isascii()
    assert subject.isprintable()


@given(what=TEXTS, sample=st.lists(TEXTS, max_size=4))
def test_no_example_can_be_taken_for_another_line(what: str, sample: list[str]) -> None:
    lines = replace(ALERT, what=what, sample=sample).text.split("\n")
    plain = replace(ALERT, sample=["one"] * len(sample)).text.split("\n")
    assert len(lines) == len(plain)
    assert lines[-1] == plain[-1]


def test_a_long_example_is_cut() -> None:
    [long] = [line for line in replace(ALERT, sample=["x" * 10_000]).text.splitlines() if "xx" in line]
    assert long == "  " + "x" * (MOST_SAMPLE - 1) + "…"


def test_a_query_that_no_channel_has_room_for_is_left_out() -> None:
    longest = replace(ALERT, query="x" * MOST_QUERY)
    assert "x" * MOST_QUERY in longest.text
    beyond = replace(ALERT, query="x" * (MOST_QUERY + 1))
    assert "x" * 2 not in beyond.text
    assert "a query too long for an alert" in beyond.text
