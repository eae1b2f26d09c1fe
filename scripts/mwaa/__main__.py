"""Make what an environment of Amazon MWAA needs, and check it: python -m scripts.mwaa VERSION. Docs: docs/mwaa.md."""

import sys
from pathlib import Path

from scripts.mwaa.bundle import build
from scripts.mwaa.check import check
from scripts.mwaa.errors import NotReady
from scripts.mwaa.pins import pins_of
from scripts.mwaa.steps import tell

BUILT = Path("build/mwaa")


def main(version: str) -> None:
    """Build it into BUILT, check it in a folder beneath, say what there is."""
    pins = pins_of(version)
    build(BUILT, pins)
    told = [f"{path.name} {path.stat().st_size / 1000:,.1f} kB" for path in sorted(BUILT.glob("*.*"))]
    tell(f"{BUILT}: dags/, {', '.join(told)}")
    dags = check(BUILT.absolute(), BUILT.absolute() / "check", pins)
    tell(f"good for MWAA {version}:")
    for dag, tasks in dags.items():
        print(f"{dag}: {', '.join(tasks)}")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except NotReady as error:
        print(f"mwaa: {error}", file=sys.stderr)
        sys.exit(1)
