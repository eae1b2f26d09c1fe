"""Tokens of pages: the place where the next one begins, sealed, so that none is taken that was not given out."""

import hmac
import secrets
from typing import Final

from scenarios.targets.embedded.athena.api.errors import InvalidRequestException

_KEY: Final = secrets.token_bytes(32)
"""What tokens are given out for lives no longer than the process, either."""


def sealed(place: int, owner: str) -> str:
    """The token of a page that begins there, of what `owner` names."""
    return _sealed(str(place), owner)


def opened(token: str, owner: str) -> int:
    """Where the token's page begins.

    Raises:
        InvalidRequestException: it was not given out for this owner.
    """
    place = token.partition(".")[0]
    if not place.isdecimal() or token != _sealed(place, owner):
        raise InvalidRequestException(f"Invalid pagination token: {token}")
    return int(place)


def _sealed(place: str, owner: str) -> str:
    return f"{place}.{hmac.digest(_KEY, f'{owner}:{place}'.encode(), 'sha256').hex()}"
