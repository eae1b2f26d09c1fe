"""Lists in pages: a token says at which place the next one begins."""

from collections.abc import Sequence
from typing import Any, Final

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException

MOST: Final = 50


def page(name: str, items: Sequence[Any], request: dict[str, Any], most: int = MOST) -> dict[str, Any]:
    """The page of a list that a request asks for.

    Raises:
        InvalidRequestException: its token is none of ours.
    """
    token = request.get("NextToken", "0")
    if not token.isdecimal():
        raise InvalidRequestException(f"Invalid pagination token: {token}")
    begin = int(token)
    end = begin + (request.get("MaxResults") or most)
    answer: dict[str, Any] = {name: list(items[begin:end])}
    if end < len(items):
        answer["NextToken"] = str(end)
    return answer
