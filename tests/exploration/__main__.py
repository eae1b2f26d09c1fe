"""Explore the lake's protocol: python -m tests.exploration [quick|slow|long|mutations]; without words quick, mutations.

Stories must hold, mutations must be caught. Quick takes a minute, slow minutes, long hours and much memory.
"""

import sys
import time

from tests.exploration.catalogue import LONG, QUICK, SLOW
from tests.exploration.exploration import explore
from tests.exploration.mutations import MUTATIONS

CATALOGUES = {"quick": QUICK, "slow": SLOW, "long": LONG}


def main(asked: list[str]) -> int:
    """Print what was visited; 1 if the protocol failed, or a mutation was not caught."""
    if {"-h", "--help"} & set(asked):
        print(__doc__)
        return 0
    allowed = [*CATALOGUES, "mutations"]
    if unknown := set(asked).difference(allowed):
        print(f"{', '.join(unknown)}: allowed are {', '.join(allowed)}", file=sys.stderr)
        return 2
    verdicts = []
    for name in asked or ["quick", "mutations"]:
        verdicts += [_holds(name, story) for story in CATALOGUES.get(name, ())]
        verdicts += [_is_caught(mutation) for mutation in MUTATIONS if name == "mutations"]
    print(f"{sum(verdicts)} of {len(verdicts)} as they must be")
    return 0 if all(verdicts) else 1


def _holds(catalogue: str, story: str) -> bool:
    bounds = CATALOGUES[catalogue][story]
    began_s = time.perf_counter()

    def tell(worlds: int, ahead: int) -> None:
        took_s = time.perf_counter() - began_s
        print(f"{worlds:>12,} worlds  {took_s:7.1f} s  {story}: {ahead:,} to go on from", file=sys.stderr, flush=True)

    found = explore(bounds, tell=tell)
    verdict = f"VIOLATED: {found.violation}" if found.violation else f"{len(found.tables):,} states of the tables, held"
    print(f"{found.worlds:>12,} worlds  {time.perf_counter() - began_s:7.1f} s  {story}: {verdict}", flush=True)
    if found.violation is not None:
        # Once more, for the way there: to remember it takes twice the memory.
        print(*(f"    {step}" for step in explore(bounds, has_way=True, tell=tell).way), sep="\n", flush=True)
    return found.violation is None


def _is_caught(name: str) -> bool:
    mutation = MUTATIONS[name]
    with mutation.in_place():
        found = explore(mutation.bounds, has_way=True)
    caught = f"{found.violation}, in {len(found.way)} steps" if found.violation else "NOT CAUGHT"
    print(f"{found.worlds:>12,} worlds  {name}: {caught}", flush=True)
    return mutation.seen in (found.violation or "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
