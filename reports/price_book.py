"""Dated prices, and the deployment that they are applied to."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

BOOK: Final = Path(__file__).with_name("price_book.json")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Part):
    """What one unit costs."""

    usd: float = Field(ge=0)
    per: str


class Deployment(_Part):
    """How the pipeline is laid out where prices apply.

    Attributes:
        replicas: copies of a record in Kafka.
        zones: over which brokers and clients are spread evenly.
        lake_retention_months: how long what was stored is paid for.
        cpu_target_share: how busy an instance is planned to be.
    """

    brokers: int = Field(ge=1)
    replicas: int = Field(ge=1)
    zones: int = Field(ge=1)
    kafka_retention_hours: float = Field(ge=0)
    lake_retention_months: float = Field(ge=0)
    vcpus_per_instance: int = Field(ge=1)
    cpu_target_share: float = Field(gt=0, le=1)


class PriceBook(_Part):
    """Prices of one day and region."""

    date: date
    region: str
    currency: str
    about: str
    prices: Mapping[str, Price]
    deployment: Deployment
    not_included: tuple[str, ...]

    def usd(self, name: str) -> float:
        """The price of one unit.

        Raises:
            KeyError: the book does not have it.
        """
        return self.prices[name].usd


def read_price_book(path: Path = BOOK) -> PriceBook:
    """The book in a file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is none.
    """
    return PriceBook.model_validate(json.loads(path.read_text(encoding="utf-8")))
