"""The decimal digits of a double or a float as Java up to release 18 has them, which are not always the fewest.

After sun.misc's FloatingDecimal (David M. Gay's and Guy Steele's algorithms with its own shortcuts), whose digits
Double.toString, DecimalFormat and BigDecimal.valueOf take. Athena's engine runs on such a Java.
"""

import math
import struct
from dataclasses import dataclass
from typing import Final

_SHIFT: Final = 52
_ONE: Final = 1023 << _SHIFT
_MOST_SMALL, _LEAST_SMALL = 62, -21
_FIVES: Final = tuple(5**power for power in range(27))
_BITS_OF_FIVES: Final = tuple(0 if power == 0 else five.bit_length() for power, five in enumerate(_FIVES))


@dataclass(frozen=True)
class Digits:
    """The digits d1 d2 d3 … of 0.d1d2d3… times 10 to the power `exponent`."""

    digits: str
    exponent: int


@dataclass(frozen=True)
class _Binary:
    """`bits`, with the leading one at bit 52, times 2 to the power `exponent` - 52."""

    bits: int
    exponent: int
    significant: int


def digits_of(value: float, *, single: bool = False) -> Digits:
    """Those of a finite number above 0; of a float if `single`."""
    binary = _single(value) if single else _double(value)
    trailing = (binary.bits & -binary.bits).bit_length() - 1
    fraction_bits = _SHIFT + 1 - trailing
    tiny = max(0, fraction_bits - binary.exponent - 1)
    if _LEAST_SMALL <= binary.exponent <= _MOST_SMALL and tiny == 0 and fraction_bits < 64:
        return _whole(binary)
    return _iterated(binary, trailing, fraction_bits, tiny)


def _double(value: float) -> _Binary:
    (bits,) = struct.unpack(">Q", struct.pack(">d", value))
    exponent, fraction = bits >> _SHIFT & 0x7FF, bits & (1 << _SHIFT) - 1
    if exponent:
        return _Binary(fraction | 1 << _SHIFT, exponent - 1023, _SHIFT + 1)
    shift = _SHIFT + 1 - fraction.bit_length()
    return _Binary(fraction << shift, 1 - shift - 1023, fraction.bit_length())


def _single(value: float) -> _Binary:
    (bits,) = struct.unpack(">I", struct.pack(">f", value))
    exponent, fraction = bits >> 23 & 0xFF, bits & (1 << 23) - 1
    if exponent:
        return _Binary((fraction | 1 << 23) << (_SHIFT - 23), exponent - 127, 24)
    shift = 24 - fraction.bit_length()
    return _Binary(fraction << shift << (_SHIFT - 23), 1 - shift - 127, fraction.bit_length())


def _whole(binary: _Binary) -> Digits:
    """Of a whole number all digits, but for those at its end that its bits say nothing of."""
    value = (
        binary.bits << (binary.exponent - _SHIFT)
        if binary.exponent >= _SHIFT
        else binary.bits >> (_SHIFT - binary.exponent)
    )
    power = binary.exponent - binary.significant - 1
    dropped = len(str(2**power)) - 1 if power > 1 else 0
    if dropped:
        rest = value % 10**dropped
        value = value // 10**dropped + (1 if rest >= 10**dropped // 2 else 0)
    written = str(value)
    return Digits(written.rstrip("0") or "0", len(written) + dropped)


def _iterated(binary: _Binary, trailing: int, fraction_bits: int, tiny: int) -> Digits:
    power = _estimate(binary)
    b5, s5 = max(0, -power), max(0, power)
    b2, s2 = b5 + tiny + binary.exponent, s5 + tiny
    m2 = b2 - binary.significant
    b2 -= fraction_bits - 1
    common = min(b2, s2)
    b2, s2, m2 = b2 - common, s2 - common, m2 - common
    if fraction_bits == 1:
        m2 -= 1
    if m2 < 0:
        b2, s2, m2 = b2 - m2, s2 - m2, 0
    b = (binary.bits >> trailing) * 5**b5 << b2
    s, m = 5**s5 << s2, 5**b5 << m2
    fits = fraction_bits + b2 + _bits_of_five(b5) < 64 and s2 + 1 + _bits_of_five(s5 + 1) < 64
    return _developed(b, s, m, power, fits=fits)


def _bits_of_five(power: int) -> int:
    return _BITS_OF_FIVES[power] if power < len(_BITS_OF_FIVES) else power * 3


def _estimate(binary: _Binary) -> int:
    (mantissa,) = struct.unpack(">d", struct.pack(">Q", _ONE | binary.bits & (1 << _SHIFT) - 1))
    low: float = (mantissa - 1.5) * 0.289529654 + 0.176091259 + binary.exponent * 0.301029995663981
    return math.floor(low)


def _developed(b: int, s: int, m: int, power: int, *, fits: bool) -> Digits:
    """Digit by digit until what is left cannot tell the number from its neighbours."""
    tens = 10 * s

    def is_high() -> bool:
        # Java's way with long numbers takes a tie for too high, its way with short ones does not.
        return b + m > tens if fits else b + m >= tens

    digit, b = divmod(b, s)
    b, m = 10 * b, 10 * m
    low, high = b < m, is_high()
    digits = []
    if digit == 0 and not high:
        power -= 1
    else:
        digits.append(digit)
    if not -3 <= power < 8:
        low = high = False
    while not (low or high):
        digit, b = divmod(b, s)
        b, m = 10 * b, 10 * m
        low, high = b < m, is_high()
        digits.append(digit)
    if high and (not low or 2 * b > tens or (2 * b == tens and digits[-1] % 2)):
        return _rounded_up(digits, power + 1)
    return _made(digits, power + 1)


def _rounded_up(digits: list[int], exponent: int) -> Digits:
    value = int("".join(map(str, digits))) + 1
    written = str(value)
    return _made([int(digit) for digit in written], exponent + len(written) - len(digits))


def _made(digits: list[int], exponent: int) -> Digits:
    written = "".join(map(str, digits))
    return Digits(written.rstrip("0") or "0", exponent)
