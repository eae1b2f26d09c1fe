"""Run records are read back as they were written, and hold to their own schema and document."""

import json
from pathlib import Path

import jsonschema
import pytest

from reports.record import RunRecord, read_record, record_schema
from scenarios.verdicts.judge import judge
from tests.records import a_fault, a_record

DOCUMENT = Path(__file__).parents[2] / "docs" / "run-record.md"


def test_a_record_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    record = judge(a_record(faults=(a_fault(),)))
    (tmp_path / "run.json").write_text(record.to_json())
    assert read_record(tmp_path) == record


def test_a_record_holds_to_its_schema() -> None:
    schema = record_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(judge(a_record()).to_json()), schema)


def test_a_record_says_which_version_it_is() -> None:
    assert json.loads(a_record().to_json())["schema"] == "keystone.run/1"


def test_a_record_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(a_record().to_json().replace("keystone.run/1", "keystone.run/2"))
    with pytest.raises(ValueError, match=r"keystone\.run/1"):
        read_record(tmp_path)


def test_money_is_exact() -> None:
    assert json.loads(a_record().to_json())["ledger"]["price_sent"] == "10.50"


def test_the_document_explains_every_field() -> None:
    text = DOCUMENT.read_text()
    missing = [name for name in RunRecord.model_json_schema()["properties"] if f"`{name}" not in text]
    assert missing == []
