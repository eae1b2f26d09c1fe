"""Lists in pages: a token says at which place the next one begins."""

from collections.abc import Sequence
from typing import Any, Final

from scenarios.targets.embedded.athena.api.page_tokens import opened, sealed

MOST: Final = 50


def page(name: str, items: Sequence[Any], request: dict[str, Any], most: int = MOST) -> dict[str, Any]:
    """The page of a list that a request asks for.

    Raises:
        InvalidRequestException: its token is none of ours.
    """
    begin = opened(request["NextToken"], name) if "NextToken" in request else 0
    end = begin + (request.get("MaxResults") or most)
    answer: dict[str, Any] = {name: list(items[begin:end])}
    if end < len(items):
        answer["NextToken"] = sealed(end, name)
    return answer
