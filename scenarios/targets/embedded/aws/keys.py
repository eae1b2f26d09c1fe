"""What each part of the stack signs its requests with."""

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class AccessKeys:
    """An access key and its secret; the key begins with its part's name, so that access logs say who asked."""

    access: str
    secret: str = field(repr=False)

    @classmethod
    def of_part(cls, part: str) -> "AccessKeys":
        """New ones."""
        return cls(f"{part}-{secrets.token_hex(9)}", secrets.token_urlsafe(30))


def part_of(access: str) -> str:
    """The part that one of our access keys belongs to; `other` where a log names no key."""
    part, dash, _ = access.partition("-")
    return part if part and dash else "other"
