"""Numbers as a reader sees them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, strategies as st

from coursekit.numbers import SUPERSCRIPT, bound_text, number_text, range_text

DIGITS = {str(c): chr(o) for c, o in zip("-0123456789", map(ord, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123, "0.0123"), (1797.2, "1,797"), (6.7e-10, "6.7×10⁻¹⁰"), (0.0, "0"), (-12.5, "−12.5"), (1.0, "1"),
        (99999.0, "99,999"), (-2.5e7, "−2.5×10⁷"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "not a number"),
    ],
)  # fmt: skip
def test_number_text(value: float, text: str) -> None:
    assert number_text(value) == text


@given(st.floats(1e-12, 1e12))
def test_the_text_reads_back_to_two_digits(value: float) -> None:
    text = number_text(value).replace(",", "")
    mantissa, _, power = text.partition("×10")
    back = str.maketrans({sup: char for char, sup in DIGITS.items()})
    read = float(mantissa) * 10.0 ** int(power.translate(back) or 0)
    assert read == pytest.approx(value, rel=0.051)
    assert SUPERSCRIPT and re.fullmatch(r"[\d.]+(×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", text)


def test_ranges_and_bounds() -> None:
    assert range_text([0.7, 0.57, 0.6], "nats") == "0.57 to 0.7 nats"
    assert range_text([2.0, 2.0001]) == "2"
    assert bound_text(-math.inf, 0.1) == "at most 0.1"
    assert bound_text(2.0, math.inf, "steps") == "at least 2 steps"
    assert bound_text(9.0, 11.0) == "9 to 11"
    assert bound_text(4.0, 4.0) == "exactly 4"
