"""What the result of a decode depends on besides the records, so that it can be repeated later to the letter."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DecodeContract:
    """All that a decode's result depends on besides the records.

    Attributes:
        decoder: the decoder's name and version.
        schema_versions: the registered versions (UUID text) of the order's schema among the records.
        latest_purchase: purchase dates after this day are not believed.
    """

    decoder: str
    schema_versions: frozenset[str]
    latest_purchase: date
