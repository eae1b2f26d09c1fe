"""The stack's AWS part with moto's own UpdateTable, which takes every update: PORT."""

import sys

from moto.glue.responses import GlueResponse

from scenarios.targets.embedded.aws import glue, server

if __name__ == "__main__":
    taken_as_it_comes = GlueResponse.update_table

    def complete_all_but_that() -> None:
        glue.complete_glue()
        GlueResponse.update_table = taken_as_it_comes  # type: ignore[method-assign]

    setattr(server, "complete_glue", complete_all_but_that)  # noqa: B010 - not for others to import
    server.main({int(sys.argv[1]): "fire"}, athena=None)
