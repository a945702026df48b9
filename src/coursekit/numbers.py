"""Numbers as a reader wants them: few digits, ranges, bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number_text(value: float, digits: int = 3) -> str:
    """A number to ``digits`` significant digits: ``0.0123``, ``1,797``, ``6.7×10⁻¹⁰``."""
    if not math.isfinite(value) or value == 0:
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "0" if value == 0 else "not a number")
    exponent = math.floor(math.log10(abs(value)))
    if -4 < exponent < 5:
        decimals = max(0, digits - 1 - exponent)
        text = f"{value:,.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", "−")
    mantissa = f"{value / 10**exponent:.{max(digits - 2, 0)}f}".replace("-", "−")
    return f"{mantissa}×10{str(exponent).translate(SUPERSCRIPT)}"


def range_text(values: list[float], unit: str = "", digits: int = 3) -> str:
    """The smallest and largest of ``values``: ``0.57 to 0.7 nats``, or one number when they agree."""
    low, high = number_text(min(values), digits), number_text(max(values), digits)
    text = low if low == high else f"{low} to {high}"
    return f"{text} {unit}".strip()


def bound_text(at_least: float, at_most: float, unit: str = "") -> str:
    """A bound in words: ``at most 0.1``, ``at least 2``, ``9 to 11``."""
    if at_least == -math.inf:
        text = f"at most {number_text(at_most)}"
    elif at_most == math.inf:
        text = f"at least {number_text(at_least)}"
    elif at_least == at_most:
        text = f"exactly {number_text(at_least)}"
    else:
        text = f"{number_text(at_least)} to {number_text(at_most)}"
    return f"{text} {unit}".strip()


def plain(value: float) -> float | str:
    """A number for strict JSON: what is not finite becomes a word that ``float`` (and JavaScript's ``Number``) reads."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def values_text(values: Sequence[object]) -> str:
    """The values of a setting: ``60 to 600`` for numbers, ``digits, teacher`` for anything else."""
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < len(values):
        return ", ".join(str(value) for value in values)
    low, high = min(numbers), max(numbers)
    return f"{number_text(low)} to {number_text(high)}"


def settings_text(vary: Mapping[str, Sequence[object]]) -> str:
    """What was varied: ``epochs 60 to 600; hidden 64 to 256``."""
    return "; ".join(f"{name.replace('_', ' ')} {values_text(values)}" for name, values in vary.items())


def seeds_text(seeds: int, random: bool, exact: bool) -> str:
    """Over what a number was measured: ``5 seeds``; without chance, ``exact`` or ``computed once``."""
    if not random:
        return "exact" if exact else "computed once"
    return f"{seeds} seed{'' if seeds == 1 else 's'}"
