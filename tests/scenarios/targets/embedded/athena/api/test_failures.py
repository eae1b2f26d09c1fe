"""Each error that a statement may end with is one of Athena's error catalog."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.targets.embedded import athena
from scenarios.targets.embedded.athena.api.failures import KINDS, Failure
from scenarios.targets.embedded.athena.ddl.clauses import Named
from scenarios.targets.embedded.athena.ddl.refusals import no_table

PACKAGE = Path(athena.__path__[0])
RAISING = ("SqlError", "Failed", "Failure", "fail", "failing")
"""What is called with a code first."""

HANDED_ON = {
    "_failure in runner.py": "the code is the SqlError's",
    "failure in connection.py": "it is one of `_CODES`, or was given to `fail` or `Failed`",
}
"""Where the code is not written where it is raised: why it is known nevertheless."""


def codes(module: str, name: str) -> Iterator[str]:
    """The codes that a module raises; a function that does not say which as `?` and where it is."""
    for node in ast.walk(ast.parse(module)):
        if isinstance(node, ast.FunctionDef):
            yield from codes_of(node, name)
        if isinstance(node, ast.AnnAssign) and ast.unparse(node).startswith("_CODES: Final = {"):
            yield from constants(node)


def codes_of(function: ast.FunctionDef, module: str) -> Iterator[str]:
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in RAISING:
            named = ast.unparse(call.args[0])
            assigned = (
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign) and named in map(ast.unparse, node.targets)
            )
            found = {code for node in (call.args[0], *assigned) for code in constants(node)}
            yield from found or {f"? {function.name} in {module}"}


def constants(node: ast.AST) -> Iterator[str]:
    """What is written there that looks like a code."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and str(part.value).isupper():
            yield str(part.value)


def test_every_code_that_is_raised_anywhere_has_its_numbers() -> None:
    found = {code: path.name for path in PACKAGE.rglob("*.py") for code in codes(path.read_text(), path.name)}
    assert {code[2:] for code in found if code.startswith("? ")} == set(HANDED_ON)
    written = {code: module for code, module in found.items() if not code.startswith("? ")}
    assert len(written) > 50
    assert {code: module for code, module in written.items() if code not in KINDS} == {}


def test_a_new_code_would_be_found() -> None:
    module = "def f(x):\n y = 'NEW' if x else 'NEWER'\n g(fail('NEWEST', 'm'))\n raise SqlError(y, 'm')"
    assert set(codes(module, "x.py")) == {"NEW", "NEWER", "NEWEST"}
    assert list(codes("def f(x):\n raise SqlError(x.code, 'm')", "x.py")) == ["? f in x.py"]


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("DIVISION_BY_ZERO", (2, 1001, False)),
        ("TABLE_NOT_FOUND", (2, 1110, False)),
        ("GLUE_THROTTLED", (1, 1401, True)),
        ("HIVE_CANNOT_OPEN_SPLIT", (3, 1009, True)),
    ],
)
def test_a_code_says_whose_fault_it_is(code: str, numbers: tuple[int, int, bool]) -> None:
    error = Failure(code, "x").athena_error
    assert (error["ErrorCategory"], error["ErrorType"], error["Retryable"]) == numbers


def test_what_hive_says_has_no_code_before_it() -> None:
    refusal = no_table(Named("db", "orders"))
    failure = Failure(refusal.code, str(refusal))
    assert failure.reason == "FAILED: SemanticException [Error 10001]: Table not found db.orders"
    assert (failure.athena_error["ErrorCategory"], failure.athena_error["ErrorType"]) == (2, 1003)
