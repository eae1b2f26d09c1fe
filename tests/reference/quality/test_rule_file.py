"""Files of rules: what they may say, and what they are told that they may not."""

from pathlib import Path

import pytest
import yaml

from reference.errors import WrongRules
from reference.lake.columns import SILVER
from reference.quality.rule_file import DEFAULT, MOST_CHARACTERS, MOST_SQL_BYTES, parse_rules, read_rules
from reference.quality.rules import NotNull, Unique


def test_the_projects_rules_are_the_six_of_the_reference_pipeline() -> None:
    assert [(rule.name, rule.rule) for rule in read_rules(DEFAULT, SILVER)] == [
        ("customer-present", "not-null"),
        ("price-above-zero", "above"),
        ("delivered-after-purchase", "not-before"),
        ("status-known", "one-of"),
        ("state-known", "one-of"),
        ("version-once", "unique"),
    ]


def test_ones_own_rules_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("- {name: paid, rule: not-null, column: payment_value}\n- name: once\n  rule: unique\n"
                    "  columns: [customer_id]\n")  # fmt: skip
    assert read_rules(file, SILVER) == (
        NotNull(name="paid", rule="not-null", column="payment_value"),
        Unique(name="once", rule="unique", columns=("customer_id",)),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "mine.yaml, line 1: the file holds null, allowed is a list of rules"),
        ("[]", "mine.yaml has no rules, allowed is a list of one at least"),
        ("a: 1", "mine.yaml, line 1: the file holds"),
        ("- 5", "line 1: a rule is 5, allowed is a mapping with the keys name and rule"),
        ("\n- {name: x}", "line 2: rule is null, allowed are not-null, above, not-before, one-of, unique"),
        ("- {name: x, rule: abov}", "one-of, unique; did you mean above?"),
        ("- {name: x, rule: not-null}", "column is missing, needed by a rule not-null"),
        ("- {name: x, rule: not-null, colum: a}", "colum is no key of a rule not-null, allowed are name, rule, column"),
        ("- {name: X y, rule: not-null, column: price}", "allowed are lower-case letters, digits and hyphens"),
        ("- name: x\n  rule: not-null\n  column: prise", "mine.yaml, line 3: column is 'prise', allowed are"),
        ("- name: x\n  rule: not-before\n  column: price\n  other: prise", "line 4: column is 'prise'"),
        ("- {name: x, rule: not-null, column: prise}", "did you mean price?"),
        ("- {name: x, rule: above, column: order_id, bound: 1}", "of type string, allowed for a rule above"),
        ("- {name: x, rule: above, column: price, bound: .inf}", "bound is"),
        ("- {name: x, rule: one-of, column: price, values: [a]}", "allowed for a rule one-of are columns of texts"),
        ("- {name: x, rule: one-of, column: order_status, values: [no]}", "a text; YAML has yes, NO, on for such"),
        ("- name: x\n  rule: one-of\n  column: price\n  values:\n  - a\n  - 5", "line 6: values.1 is 5, allowed is"),
        ("- {name: x, rule: one-of, column: price, values: []}", "values is [], allowed is a list of one at least"),
        ("- {name: x, rule: unique, columns: price}", 'columns is "price", allowed is a list'),
        ("- {name: x, rule: unique, columns: [items, items]}", "names items and items; allowed is each column once"),
        ("- {name: x, rule: not-before, column: price, other: price}", "names price and price; allowed is each"),
        ("- {name: x, rule: above, column: price, bound: 1234567.123456789}", "allowed are 15 digits"),
        ("- {name: x, rule: above, column: price, bound: 1.0000000001}", "allowed are 9 digits behind the point"),
        (f"- {{name: {'x' * 61}, rule: not-null, column: price}}", "allowed is a text of 60 characters at most"),
        (f"- {{name: x, rule: one-of, column: order_status, values: {['a'] * 1_001}}}", "a shorter list: 1,000 values"),
        ("- {name: x, rule: unique, columns: []}", "columns is [], allowed is a list of one at least"),
        ("- {name: x, rule: above, column: price, bound: dear}", 'bound is "dear", allowed is a number'),
        ("- {name: x, rule: above, column: price, bound: yes}", "bound is true, allowed is a number"),
        ("- {name: x, rule: not-null, column: ''}", 'column is "", allowed is a text of one character at least'),
        ("- name: x\n  rule: unique\n  columns:\n  - items\n  - prise", "line 5: column is 'prise'"),
        ("- {name: x, rule: not-before, column: price, other: order_approved_at}", "allowed are two of one type"),
        ("- {name: x, rule: unique, columns: [items]}", "allowed for a rule unique are columns of texts, times"),
        ("- {name: x, rule: not-null, column: price}\n" * 2, "line 2: name is 'x'"),
        ("- {name: x, name: y}", "line 1: name is there twice"),
        ("- &a {name: x, rule: not-null, column: price}\n- *a", "an alias"),
        ("- {name: x, rule: above, column: price, bound: '1e99999999'}", "bound is"),
        ("- {name: x, rule: above, column: price, bound: 12345678901234567}", "bound is"),
        ("[", "is no file of rules"),
        ("- {[a]: 1}", "mine.yaml"),
        ("- {? {a: b} : 1}", "mine.yaml"),
        ("- !!timestamp x", "is no file of rules"),
        ('- !!int ""', "is no file of rules"),
        ('- !!float "_"', "is no file of rules"),
        ("- !!bool maybe", "is no file of rules"),
        ("- " * 100_000, "is no file of rules"),
        ("#" * (MOST_CHARACTERS + 1), "is too long"),
    ],
)  # fmt: skip
def test_what_a_file_may_not_say_is_told_with_line_and_what_is_allowed(text: str, told: str) -> None:
    with pytest.raises(WrongRules) as refused:
        parse_rules(text, SILVER, "mine.yaml")
    assert told in str(refused.value)
    assert str(refused.value).startswith("mine.yaml")


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(WrongRules) as refused:
        parse_rules("- {name: a, rule: not-null, column: x}\n- {name: b, rule: not-null, column: y}", SILVER, "f")
    assert [line.partition(":")[0] for line in str(refused.value).splitlines()] == ["f, line 1", "f, line 2"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongRules, match=r"none\.yaml cannot be read"):
        read_rules(tmp_path / "none.yaml", SILVER)


def known_texts(size: int) -> str:
    """A rule whose values have so many bytes."""
    values = ["v" * 1_000] * (size // 1_000) + ["é" * (size % 1_000 // 2)]
    return yaml.safe_dump([{"name": "known", "rule": "one-of", "column": "order_id", "values": values}])


def test_rules_that_no_statement_has_room_for_are_refused() -> None:
    assert len(parse_rules(known_texts(MOST_SQL_BYTES - 1_000), SILVER, "f")) == 1
    with pytest.raises(WrongRules, match=r"f comes to 5\d,\d{3} bytes of SQL, allowed are 50,000"):
        parse_rules(known_texts(MOST_SQL_BYTES), SILVER, "f")
