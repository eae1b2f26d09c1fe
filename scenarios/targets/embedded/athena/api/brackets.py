"""Brackets and commas among a statement's words, for those statements that the API itself takes apart."""

from collections.abc import Iterator, Sequence

from scenarios.targets.embedded.athena.ddl.tokens import Token


def closing(found: Sequence[Token], opening: int) -> int | None:
    """The place of the bracket that closes the one at `opening`; None if none does."""
    depth = 0
    for place in range(opening, len(found)):
        depth += (found[place].text in "([") - (found[place].text in ")]")
        if not depth:
            return place
    return None


def parts(statement: str, found: Sequence[Token]) -> Iterator[str]:
    """What stands between the commas that are in no brackets, as it was written."""
    depth, begin = 0, 0
    for place, token in enumerate(found):
        depth += (token.text in "([") - (token.text in ")]")
        if token.text == "," and not depth and place > begin:
            yield statement[found[begin].start : found[place - 1].end]
            begin = place + 1
    if begin < len(found):
        yield statement[found[begin].start : found[-1].end]
