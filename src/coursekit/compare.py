"""Compare an answer with what is expected, and say in words how they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.plain import NotPlain, described, plain, precision, usable

NOISE = 1e-4  # of the largest entry: what low precision may add to any other
NEAR = 0.01  # of what is expected: off by less, the method may be right and too coarse
FLOOR = 1e-12  # rounding noise, relative to the largest entry; absolute where exactly zero is expected


@dataclass(frozen=True)
class Tolerance:
    """An answer ``got`` is right where ``|got - expected| <= atol + rtol |expected|``; low precision loosens ``rtol``."""

    rtol: float = 1e-4
    atol: float = 0.0


def difference(expected: Any, got: object, tolerance: Tolerance, reveal: bool = True) -> str:
    """How ``got`` differs from ``expected`` (plain data), in words for a student; empty when it is right.

    With ``reveal`` false the words never contain what is expected.
    """
    try:
        value = plain(usable(got))
    except NotPlain as error:
        return f"your value {error}"
    loose = max(precision(got), precision(expected))
    return _differ(expected, value, tolerance, loose, reveal, got)


def matches(expected: Any, got: object, tolerance: Tolerance) -> bool:
    """Whether ``got`` is right by the same rule as ``difference``."""
    return not difference(expected, got, tolerance)


def short(value: Any) -> str:
    """A value in a line: numbers to six digits, long lists and arrays by their start."""
    if isinstance(value, np.generic):
        return short(value.item())
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, complex):
        return f"{value:.6g}"
    if isinstance(value, np.ndarray):
        return short(value.item()) if value.ndim == 0 else short(value.tolist())
    if isinstance(value, list):
        text = "[" + ", ".join(short(item) for item in value[:6]) + (", …]" if len(value) > 6 else "]")
    elif isinstance(value, dict):
        text = "{" + ", ".join(f"{key!r}: {short(item)}" for key, item in list(value.items())[:6]) + "}"
    else:
        text = repr(value)
    return text if len(text) <= 120 else text[:117] + "…"


def _differ(expected: Any, value: Any, tol: Tolerance, loose: float, reveal: bool, got: object) -> str:
    if value is Ellipsis:
        return "not answered yet: it is still `...`"
    if value is None and expected is not None:
        return "your value is None: is there a `return`?"
    if isinstance(expected, dict):
        return _differ_dict(expected, value, tol, loose, reveal)
    if isinstance(expected, (str, bytes)) or expected is None:
        return "" if type(value) is type(expected) and value == expected else _wrong(expected, value, reveal, got)
    if isinstance(expected, list) and not _numeric(expected):
        return _differ_list(expected, value, tol, loose, reveal, got)
    return _differ_numbers(expected, value, tol, loose, reveal, got)


def _numeric(value: Any) -> bool:
    """Whether a list is a regular grid of numbers, so that it compares like an array."""
    try:
        return np.asarray(value).dtype.kind in "biufc"
    except ValueError:
        return False


def _wrong(expected: Any, value: Any, reveal: bool, got: object) -> str:
    if type(value) is not type(expected):
        wanted = (
            described(expected) if reveal or not isinstance(expected, (list, str)) else f"a {type(expected).__name__}"
        )
        return f"your value is {described(got)}, where {wanted} is wanted"
    return f"expected {short(expected)}, got {short(value)}" if reveal else f"{short(value)} is not right"


def _differ_dict(expected: dict, value: Any, tol: Tolerance, loose: float, reveal: bool) -> str:
    if not isinstance(value, dict):
        return f"your value is {described(value)}, where a dict with the keys {short(list(expected))} is wanted"
    missing, extra = [k for k in expected if k not in value], [k for k in value if k not in expected]
    if missing or extra:
        return "; ".join(
            f"{word} {short(keys)}" for word, keys in (("missing keys", missing), ("unexpected keys", extra)) if keys
        )
    for key, item in expected.items():
        text = _differ(item, value[key], tol, loose, reveal, value[key])
        if text:
            return f"at key {key!r}: {text}"
    return ""


def _differ_list(expected: list, value: Any, tol: Tolerance, loose: float, reveal: bool, got: object) -> str:
    if isinstance(value, np.ndarray) and value.ndim and len(value) == len(expected):
        value = list(value)
    if not isinstance(value, list) and not (isinstance(value, np.ndarray) and value.ndim):
        return f"your value is {described(got)}, where a list or tuple of length {len(expected)} is wanted"
    if len(value) != len(expected):
        return f"your value has length {len(value)}, where {len(expected)} is wanted"
    for index, (want, have) in enumerate(zip(expected, value)):
        text = _differ(want, have, tol, loose, reveal, have)
        if text:
            return f"at position {index}: {text}"
    return ""


def _differ_numbers(expected: Any, value: Any, tol: Tolerance, loose: float, reveal: bool, got: object) -> str:
    want = np.asarray(expected)
    if isinstance(value, (str, bytes, dict)) or (isinstance(value, list) and not _numeric(value)):
        return f"your value is {described(got)}, where {_kind(want)} is wanted"
    have = np.asarray(value)
    if type(expected) is int and type(value) is int and "O" in (want.dtype.kind, have.dtype.kind):
        return "" if expected == value else _wrong(expected, value, reveal, got)  # beyond 64 bits: exactly
    if have.dtype.kind not in "biufc" or want.dtype.kind == "O":
        return f"your value is {described(got)}, where {_kind(want)} is wanted"
    if have.shape != want.shape:
        return _shapes(want, have)
    if (want.dtype.kind == "b") != (have.dtype.kind == "b"):
        return f"your value is {short(have)}, where {_kind(want)} is wanted"
    wrong = ~_close(want, have, tol, loose)
    return _describe(want, have, wrong, reveal) if wrong.any() else ""


def _kind(want: np.ndarray) -> str:
    word = {"b": "True or False", "c": "a complex number"}.get(want.dtype.kind, "a number")
    return word if want.ndim == 0 else f"an array of shape {want.shape}"


def _shapes(want: np.ndarray, have: np.ndarray) -> str:
    wanted = "a single number" if want.ndim == 0 else f"shape {want.shape}"
    note = " (is it the transpose of what is wanted?)" if have.T.shape == want.shape else ""
    return f"your value has shape {have.shape}, where {wanted} is wanted{note}"


def _close(want: np.ndarray, have: np.ndarray, tol: Tolerance, loose: float) -> np.ndarray:
    if want.dtype.kind == "b":
        return (want == have) | (tol.atol == np.inf)  # with that, anything of the same kind is right
    want = want.astype(complex if want.dtype.kind == "c" else float)  # integers run over: |-2**63| is less than nothing
    size = np.abs(want)
    finite = size[np.isfinite(size)]
    scale = float(finite.max()) if finite.size else 0.0
    allowed = tol.atol + max(tol.rtol, loose) * size + min(loose, NOISE) * scale + FLOOR * (scale or 1.0)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(have - want) <= allowed if np.isfinite(size).any() else np.zeros(want.shape, bool)
        same = (have == want) | (np.isnan(have) & np.isnan(want))
    return np.where(np.isfinite(size), near, same)


def _describe(want: np.ndarray, have: np.ndarray, wrong: np.ndarray, reveal: bool) -> str:
    bad = wrong & ~np.isfinite(have) if have.dtype.kind in "fc" else np.zeros_like(wrong)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(have.astype(complex) - want.astype(complex))
    index = np.unravel_index(int(np.argmax(np.where(bad, np.inf, np.where(wrong, error, -1.0)))), want.shape)
    name = {True: "NaN", False: "infinite"}[bool(np.isnan(have[index]))] if bad[index] else short(have[index])
    if not reveal:
        return f"your value is {name}" if bad.any() else f"{short(have)} is not right{_near(want, error, wrong)}"
    text = f"expected {short(want[index])}, got {name}"
    relative = error[index] / abs(want[index]) if want[index] != 0 and np.isfinite(want[index]) else math.inf
    extra = [f"relative error {relative:.2g}"] if math.isfinite(relative) and want.dtype.kind != "b" else []
    if want.ndim:
        place = [int(i) for i in index]
        text = f"the worst entry is at {place if len(place) > 1 else place[0]}: {text}"
        extra.append(f"{int(wrong.sum())} of {want.size} entries are off")
    return text + (f" ({'; '.join(extra)})" if extra else "") + _ratio(want, have, bad)


def _near(want: np.ndarray, error: np.ndarray, wrong: np.ndarray) -> str:
    """A remark when a coarser method would give just this."""
    finite = np.isfinite(error[wrong]) & np.isfinite(want[wrong])
    near = want.dtype.kind in "fc" and bool(np.all(finite & (error[wrong] <= NEAR * np.abs(want[wrong]))))
    return ", though near: is the method accurate enough?" if near else ""


def _ratio(want: np.ndarray, have: np.ndarray, bad: np.ndarray) -> str:
    """A remark when the answer is the expected one times a simple constant."""
    if bad.any() or want.dtype.kind in "bc" or have.dtype.kind in "bc" or not np.any(want):
        return ""
    for factor, words in ((-1, "the wrong sign"), (2, "2 times too large"), (0.5, "2 times too small")):
        if np.allclose(have, factor * want, rtol=1e-6, atol=0):
            return f"; it has {words}" if factor == -1 else f"; it is {words}"
    return ""
