"""A flight passes if each figure is near what can be calculated, and fails if one is not."""

import pytest

from scenarios.runner.canary import TOLERANCE, Figure, Flight


def flight(*offs: float) -> Flight:
    figures = tuple(Figure("p50", 1000.0, 1000.0, 1.0, 1.0, off) for off in offs)
    return Flight(rate_per_s=500, freeze_s=2, load_s=3, events=1500, figures=figures)


@pytest.mark.parametrize(
    ("offs", "passed"), [((0.0, TOLERANCE), True), ((0.0, TOLERANCE + 0.001), False), ((0.5, 0.5), False)]
)
def test_each_figure_must_be_within_the_tolerance(offs: tuple[float, ...], passed: bool) -> None:
    assert flight(*offs).passed is passed
