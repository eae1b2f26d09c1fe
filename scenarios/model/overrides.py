"""The scenarios that can be made of one: with options, as its broken twin, cut short."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from scenarios.model import yaml_text
from scenarios.model.changes import Change, change
from scenarios.model.errors import InvalidScenario, Place, Problem, ScenarioError
from scenarios.model.scenario import Scenario

MORE_IS_BETTER = "acked_per_s"
"""The one figure that a promise bounds from below."""

SETTING_ALLOWED = "KEY=VALUE, such as phases.0.rate_per_s=500"


def override(scenario: Scenario, settings: Sequence[str]) -> Scenario:
    """The scenario with settings of the form KEY=VALUE, the value in YAML.

    Raises:
        InvalidScenario: a setting has another form, its key leads nowhere, or the result is no valid scenario.
    """
    return change(scenario, [_setting(text) for text in settings]) if settings else scenario


def tighten(scenario: Scenario, bounds: Mapping[str, float]) -> Scenario:
    """The scenario with bounds added to its own; where it has one for the same figure, the stricter of both.

    Args:
        bounds: figure → at most so much; `acked_per_s`, of which more is better, at least so much.

    Raises:
        InvalidScenario: there is no such figure, or a bound is no number.
    """
    changes = []
    for name, asked in bounds.items():
        key, own, stricter = (
            ("at_least", scenario.at_least, max) if name == MORE_IS_BETTER else ("at_most", scenario.upper_bounds, min)
        )
        known = {str(figure): value for figure, value in own.items()}
        # What is no number is for the scenario's own check to refuse.
        is_bounded = name in known and isinstance(asked, int | float)
        bound = stricter(asked, known[name]) if is_bounded else asked
        changes.append(Change(f"{key}.{name}", bound, Place(f"slo({name}={asked!r})")))
    return change(scenario, changes) if changes else scenario


def twin(scenario: Scenario, where: Callable[[str], Place] | None = None) -> Scenario:
    """The scenario broken as its `broken_twin` says, under the name NAME-twin and with no twin of its own. The
    `control` stays with the scenario: it is for the runner to put in.

    Args:
        where: a key of `broken_twin.set` was set, for errors.

    Raises:
        InvalidScenario: a key leads nowhere, or the result is no valid scenario.
        ScenarioError: it has no twin.
    """
    broken = scenario.broken_twin
    if broken is None:
        raise ScenarioError(f"{scenario.name} has no broken_twin; keystone init writes a file that explains one")
    place = where or (lambda key: Place(f"{scenario.name}.yaml, broken_twin.set.{key}"))
    whole = scenario.model_copy(update={"name": f"{scenario.name}-twin", "story": broken.story, "broken_twin": None})
    try:
        return change(whole, [Change(key, value, place(key)) for key, value in broken.set.items()])
    except InvalidScenario as error:
        raise InvalidScenario(
            replace(problem, message=f"in the broken twin, {problem.message}") for problem in error.problems
        ) from None


def short(scenario: Scenario, load_s: float = 10.0) -> Scenario:
    """The scenario with its load squeezed into `load_s` seconds; one that is shorter already keeps its length.

    Phases, the faults' beginnings and gold_at_s keep their proportions. Faults last as long as before, since what they
    break does not heal faster; the warm-up takes a second at most.
    """
    factor = min(1.0, load_s / scenario.duration_s)
    phases = tuple(phase.model_copy(update={"for_s": phase.for_s * factor}) for phase in scenario.phases)
    end_s = sum(phase.for_s for phase in phases)
    # Rounding must not carry a fault past the end.
    faults = tuple(fault.model_copy(update={"at_s": min(fault.at_s * factor, end_s)}) for fault in scenario.faults)
    return scenario.model_copy(
        update={
            "phases": phases,
            "faults": faults,
            "gold_at_s": tuple(at_s * factor for at_s in scenario.gold_at_s),
            "warm_up_s": min(scenario.warm_up_s, 1.0),
        },
    )


def _setting(text: str) -> Change:
    place = Place(f"--set {text}")
    key, separator, value = text.partition("=")
    if not (key and separator):
        raise InvalidScenario(
            [Problem(place, f"is {text!r}, allowed is {SETTING_ALLOWED}", None, text, SETTING_ALLOWED)]
        )
    document = yaml_text.parse(value, str(place))
    if document.problems:
        raise InvalidScenario(document.problems)
    return Change(key.strip(), document.value, place)
