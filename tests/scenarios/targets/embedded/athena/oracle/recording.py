"""The statements of the suite, and what Trino's engine answered to each.

python -m tests.scenarios.targets.embedded.athena.oracle.recording    ask it anew, and write the answers down
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.scenarios.targets.embedded.athena.oracle.engine import Answer, engine

STATEMENTS: Final = Path(__file__).parents[1] / "statements"


@dataclass(frozen=True)
class Statement:
    """One of the suite; the topic is its file's name."""

    topic: str
    sql: str


def statements() -> Iterator[Statement]:
    """All of the suite, topic by topic."""
    for path in sorted(STATEMENTS.glob("*.sql")):
        yield from (Statement(path.stem, sql) for sql in read(path))


def read(path: Path) -> list[str]:
    """The statements of a file."""
    return [sql.strip() for sql in path.read_text(encoding="utf-8").split(";\n") if sql.strip()]


def recorded() -> dict[Statement, Answer]:
    """The answers as they were written down."""
    found = {}
    for path in sorted(STATEMENTS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            values = json.loads(line)
            found[Statement(path.stem, values.pop("sql"))] = Answer.of(values)
    return found


def record() -> None:
    """Ask for all, and write each topic's answers beside its statements: one a line."""
    lines: dict[str, list[str]] = {}
    with engine() as trino:
        for statement in statements():
            answer = {
                name: value for name, value in asdict(trino.ask(statement.sql)).items() if value not in (None, ())
            }
            lines.setdefault(statement.topic, []).append(
                json.dumps({"sql": statement.sql, **answer}, ensure_ascii=False)
            )
    for topic, answers in lines.items():
        (STATEMENTS / f"{topic}.jsonl").write_text("\n".join(answers) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
