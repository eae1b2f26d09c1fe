"""A pinned decode survives its way through the store, and names itself by its content."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reference.contract.decoding import DecodeContract
from reference.protocol.pins import Pin, PinnedDecode, is_intact, object_name, parse_pin, pin_covering, pin_value

contracts = st.builds(DecodeContract, st.text(), st.frozensets(st.uuids().map(str)), st.dates())
failures = st.dictionaries(
    st.integers(0, 9), st.dictionaries(st.integers(0, 2**62), st.lists(st.text(), min_size=1).map(tuple), min_size=1)
)


@given(st.builds(PinnedDecode, contracts, failures))
def test_a_pin_read_back_is_the_pin_that_was_written(pinned: PinnedDecode) -> None:
    assert PinnedDecode.from_json(pinned.to_json()) == pinned


def test_the_same_content_has_the_same_bytes_in_whatever_order_it_was_gathered() -> None:
    contract = DecodeContract("d/1", frozenset({"b", "a"}), date(2018, 1, 1))
    one = PinnedDecode(contract, {0: {1: ("x",), 2: ("y",)}, 1: {3: ("z",)}})
    other = PinnedDecode(contract, {1: {3: ("z",)}, 0: {2: ("y",), 1: ("x",)}})
    assert one.to_json() == other.to_json()


def test_a_name_knows_its_content_from_any_other() -> None:
    contract = DecodeContract("d/1", frozenset(), date(2018, 1, 1))
    one, other = (PinnedDecode(contract, {0: {1: (reason,)}}).to_json() for reason in "xy")
    assert is_intact(object_name(one, "mark"), one)
    assert not is_intact(object_name(one, "mark"), other)


def test_two_objects_of_one_content_have_two_names() -> None:
    assert object_name(b"c", "1") != object_name(b"c", "2")


@given(st.builds(Pin, st.integers(0, 2**62), st.integers(0, 2**62), st.text("0123456789abcdef", min_size=1)))
def test_a_pins_property_is_read_back(pin: Pin) -> None:
    assert parse_pin(pin.first, pin_value(pin)) == pin


def test_a_pin_covers_its_first_offset_and_not_its_end() -> None:
    pins = [Pin(0, 10, "a"), Pin(10, 20, "b")]
    assert [pin_covering(pins, offset) for offset in (0, 9, 10, 20)] == [pins[0], pins[0], pins[1], None]
