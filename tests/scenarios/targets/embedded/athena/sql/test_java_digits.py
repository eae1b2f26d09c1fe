"""Doubles and reals have the digits that Java gives them, which are not always the fewest."""

import random
import struct

import pytest

from scenarios.targets.embedded.athena.sql.casts.floats import shown
from tests.scenarios.targets.embedded.athena.oracle.engine import engine as oracle

EACH = 1000


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (2.0, "double", "2.0"),
        (2e-3, "double", "0.002"),
        (2e23, "double", "1.9999999999999998E23"),
        (5e-324, "double", "4.9E-324"),
        (1.7976931348623157e308, "double", "1.7976931348623157E308"),
        (1234567890123456.0 * 2**7, "double", "1.58024689935802368E17"),
        (123456789.0, "real", "1.23456792E8"),
        (1.401298464324817e-45, "real", "1.4E-45"),
        (3.4028234663852886e38, "real", "3.4028235E38"),
    ],
)
def test_some_that_are_told_apart_by_their_last_digits(value: float, kind: str, text: str) -> None:
    assert shown(value, kind) == text


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "pattern", "bits"), [("double", ">d", 64), ("real", ">f", 32)])
def test_any_number_is_written_as_java_writes_it(kind: str, pattern: str, bits: int) -> None:
    dice = random.Random(435)
    values = [struct.unpack(pattern, dice.getrandbits(bits).to_bytes(bits // 8))[0] for _ in range(EACH)]
    values += [struct.unpack(pattern, struct.pack(pattern, dice.randint(-(2**62), 2**62)))[0] for _ in range(EACH // 2)]
    values += [round(dice.uniform(-1e4, 1e4), dice.randint(0, 6)) for _ in range(EACH // 2)]
    values = [struct.unpack(pattern, struct.pack(pattern, v))[0] for v in values if v == v]  # noqa: PLR0124 - no NaN
    literals = ", ".join(f"{kind} '{value!r}'".replace("inf", "Infinity") for value in values)
    with oracle() as trino:
        rows = trino.ask(f"VALUES {literals}").rows
    ours = [shown(value, kind) for value in values]
    assert [(o, t) for o, (t,) in zip(ours, rows, strict=True) if o != t] == []
