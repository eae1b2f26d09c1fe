"""What benchmarks report: figures with a unit, one value a round, kept in the JSON that pytest-benchmark writes."""

import os
import statistics
from collections.abc import Callable, Mapping, Sequence

from pytest_benchmark.fixture import BenchmarkFixture

ROUNDS = 5

Round = Mapping[tuple[str, str], float]
"""What one round measured: what, unit → value."""


def measure(benchmark: BenchmarkFixture, once: Callable[[], Round], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Measure so many rounds; each measures all that is compared, so that what the machine does meets all alike.

    Returns:
        What → its values, all of them above zero.
    """
    found: list[Round] = []
    benchmark.pedantic(lambda: found.append(once()), rounds=rounds, iterations=1)  # type: ignore[no-untyped-call]
    names = list(found[0])
    values = {name: [one[name] for one in found] for name in names}
    benchmark.extra_info["figures"] = [
        {"what": what, "unit": unit, "values": values[what, unit], **percentiles(values[what, unit])}
        for what, unit in names
    ]
    assert all(value > 0 for one in values.values() for value in one), values
    benchmark.extra_info["load_average"] = os.getloadavg()[0]
    return {what: values[what, unit] for what, unit in names}


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median, lowest and highest."""
    return {"p50": statistics.median(values), "min": min(values), "max": max(values)}
