"""Pins: how a range of offsets was decoded, fixed before any of its rows is visible.

Bronze is committed first, quarantine and silver after it, and a crash may fall between. The redo must put each row
where the first try would have put it, even if a schema was registered or the decoder upgraded since. So before
bronze's commit an object is written that says how the range was decoded and which offsets failed; bronze's properties
name it until quarantine and silver are past the range.

An object's name is the hash of its content and a mark of its own. The hash tells a reader that it has the content
which was pinned. The mark keeps two objects of the same content apart: a sweeper that takes the one, which nobody
named in time, must not take the other.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from reference.contract.decoding import DecodeContract

PIN_PREFIX = "keystone.pin."


@dataclass(frozen=True, order=True)
class Pin:
    """A pinned range of one partition: offsets from `first` up to but without `end`; `name` is the object's."""

    first: int
    end: int
    name: str


@dataclass(frozen=True)
class PinnedDecode:
    """The content of a pin's object.

    Attributes:
        contract: how the records were decoded.
        failed: for each partition, the offsets that could not be decoded, each with its reasons.
    """

    contract: DecodeContract
    failed: Mapping[int, Mapping[int, tuple[str, ...]]]

    def to_json(self) -> bytes:
        """The object's bytes, the same for the same content."""
        content = {
            "decoder": self.contract.decoder,
            "schema_versions": sorted(self.contract.schema_versions),
            "latest_purchase": self.contract.latest_purchase.isoformat(),
            "failed": {
                str(partition): {str(offset): list(reasons) for offset, reasons in sorted(offsets.items())}
                for partition, offsets in sorted(self.failed.items())
            },
        }
        return json.dumps(content, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "PinnedDecode":
        """The reverse of to_json."""
        content = json.loads(text)
        contract = DecodeContract(
            decoder=content["decoder"],
            schema_versions=frozenset(content["schema_versions"]),
            latest_purchase=date.fromisoformat(content["latest_purchase"]),
        )
        failed = {
            int(partition): {int(offset): tuple(reasons) for offset, reasons in offsets.items()}
            for partition, offsets in content["failed"].items()
        }
        return cls(contract, failed)


def object_name(content: bytes, mark: str) -> str:
    """The name of a pin's object."""
    return f"{hashlib.sha256(content).hexdigest()}-{mark}"


def is_intact(name: str, content: bytes) -> bool:
    """Whether this is the content that the object of this name was written with."""
    return name.partition("-")[0] == hashlib.sha256(content).hexdigest()


def parse_pin(first: int, value: str) -> Pin:
    """Read a pin's property, `<end>:<name>`."""
    end, _, name = value.partition(":")
    return Pin(first, int(end), name)


def pin_key(topic_id: str, partition: int, first: int) -> str:
    """The property that a pin stands under in bronze."""
    return f"{PIN_PREFIX}{topic_id}.{partition}.{first}"


def pin_value(pin: Pin) -> str:
    """The property's value."""
    return f"{pin.end}:{pin.name}"


def pin_covering(pins: Iterable[Pin], offset: int) -> Pin | None:
    """The pin whose range holds `offset`."""
    return next((pin for pin in pins if pin.first <= offset < pin.end), None)
