"""The JSON Schema of scenario files, for editors and for other languages; made of the types."""

from functools import cache
from typing import Any

from scenarios.model.scenario import ScenarioKeys

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def json_schema() -> dict[str, Any]:
    """The schema; shared, so not to be changed.

    It has all rules that concern one value. Those between values (a fault begins before the phases end) need
    `keystone validate`.
    """
    schema = ScenarioKeys.model_json_schema()
    for kind in schema["$defs"].values():
        # A fault's name has a default for those who build one in Python; in a file it is what tells faults apart.
        if "fault" in kind["properties"]:
            kind["required"].append("fault")
    return {"$schema": DIALECT} | schema | {"title": "Keystone scenario", "description": "A file NAME.yaml."}
