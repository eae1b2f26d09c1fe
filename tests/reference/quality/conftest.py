"""A lake and an Athena over it, as the tests of the embedded Athena have them."""

from tests.scenarios.targets.embedded.athena.conftest import lake, lake_engine, make_athena, open_lake

__all__ = ["lake", "lake_engine", "make_athena", "open_lake"]
