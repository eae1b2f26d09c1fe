"""Which schema versions are versions of the order."""

from uuid import uuid4

import pytest

from reference.lake.registry import SchemaRegistry
from reference.lake.settings import LakeSettings


@pytest.fixture
def registry(aws: LakeSettings) -> SchemaRegistry:
    return SchemaRegistry(aws)


def test_the_registered_version_is_known_and_a_made_up_one_is_not(registry: SchemaRegistry) -> None:
    version = str(registry.register_order())
    assert registry.registered([version, str(uuid4())]) == {version}


def test_registering_twice_gives_the_same_version(registry: SchemaRegistry) -> None:
    assert registry.register_order() == registry.register_order()


def test_a_version_registered_by_somebody_else_is_found(registry: SchemaRegistry, aws: LakeSettings) -> None:
    registry.register_order()
    assert registry.registered([]) == frozenset()
    version = str(SchemaRegistry(aws).register_order())
    assert registry.registered([version]) == {version}


def test_a_thousand_unknown_versions_cost_one_look(registry: SchemaRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    registry.register_order()
    looks: list[bool] = []

    def listed() -> list[str]:
        looks.append(True)
        return []

    monkeypatch.setattr(registry, "_listed", listed)
    registry.registered([str(uuid4()) for _ in range(1000)])
    assert len(looks) == 1
