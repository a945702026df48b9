"""Recognise a typical mistake by what it gives: each check's outcome against the outcomes recorded when the course was built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.compare import Tolerance, matches
from coursekit.plain import NotPlain, from_json, plain

NEARER = 0.1  # an answer is a mistake's if its distance to that is at most this share of its distance to what is right
NOTHING = 1e-9  # of the right value: what rounding may leave of a mistake's zero


@dataclass
class Observed:
    """What one check saw: a value, or the name and text of an error; for a case, what it was compared with; the calls made.

    ``drawn``: its inputs are the student's own, so that no table can tell what a mistake gives on them.
    """

    value: object = None
    error: str = ""
    detail: str = ""
    failed: bool = False
    expected: object = None
    tolerance: Tolerance | None = None
    calls: tuple[str, ...] = ()
    drawn: bool = False
    kinds: tuple[str, ...] = ()  # of error that it is, its own and those above it
    changed: str = ""  # what was changed of what the answer was given, where that is watched


@dataclass
class Known:
    """Typical mistakes: ``mistakes[id]`` is ``{"says", "hint"}``, ``outcomes[check][id]`` what it gives where it is wrong.

    An outcome is ``{"error": its name}``, ``{"failed": True}`` or ``{"value": v}``, this with ``"rough": True`` where ``v``
    holds only roughly.  It is ``{"unsteady": True}`` where rounding decides how the check fails, ``{"either": True}`` where
    it decides whether.
    ``of[check]`` is the expression that a check evaluates, as text.
    """

    mistakes: dict[str, dict[str, Any]] = field(default_factory=dict)
    outcomes: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)

    def add(self, table: dict[str, Any]) -> None:
        """Add a table as ``coursekit.assignments.record`` writes it."""
        self.mistakes |= table.get("mistakes", {})
        self.of |= table.get("of", {})
        for check, outcomes in table.get("outcomes", {}).items():
            self.outcomes.setdefault(check, {}).update(outcomes)


def diagnose(known: Known, observed: dict[str, Observed]) -> list[str]:
    """The known mistakes that the answer looks like, at most two, the likeliest first; often none.

    A mistake is named only if every check that it fails came out here as it does for the mistake: one value that happens to
    be the same is not enough.  One value at least must be the same, the others only far nearer to the mistake's than to the
    right one, since a wrong method may be sensitive to rounding.  If none of these checks gives a value, only errors or
    properties, then all other checks must pass too.  Where several mistakes remain, agreement on every check decides, then
    the number of equal values.
    """
    able = {m: _votes(known, m, observed) for m in known.mistakes if _fails_alike(known, m, observed)}
    exact = [m for m in able if _passes_alike(known, m, observed) and (able[m] or not _has_value(known, m, observed))]
    best = max(able.values(), default=0)
    return (exact or [m for m in able if able[m] == best > 0])[:2]


def _fails_alike(known: Known, mistake: str, observed: dict[str, Observed]) -> bool:
    """Whether every check that the mistake fails has failed here in the same way, and there is one."""
    outcomes = {name: known.outcomes[name][mistake] for name in observed if mistake in known.outcomes.get(name, {})}
    steady = {name: o for name, o in outcomes.items() if "either" not in o}
    some = any(observed[name].failed for name in outcomes)
    return some and all(observed[name].failed and alike(o, observed[name]) for name, o in steady.items())


def _passes_alike(known: Known, mistake: str, observed: dict[str, Observed]) -> bool:
    """Whether every check that the mistake passes has passed here."""
    here = {name: seen for name, seen in observed.items() if not seen.drawn}
    return not any(seen.failed and mistake not in known.outcomes.get(name, {}) for name, seen in here.items())


def _has_value(known: Known, mistake: str, observed: dict[str, Observed]) -> bool:
    """Whether a case that the mistake fails gives a value, which can be the same or not."""
    return any(
        seen.tolerance is not None and "value" in known.outcomes.get(name, {}).get(mistake, {})
        for name, seen in observed.items()
    )


def _votes(known: Known, mistake: str, observed: dict[str, Observed]) -> int:
    """How many cases failed here by this mistake's value."""
    outcomes = {name: known.outcomes[name][mistake] for name in observed if mistake in known.outcomes.get(name, {})}
    here = [
        (o, observed[name]) for name, o in outcomes.items() if "value" in o and observed[name].tolerance is not None
    ]
    return sum(alike(o, seen) if "rough" in o else equal(o, seen) for o, seen in here)


def alike(outcome: dict[str, Any], seen: Observed) -> bool:
    """Whether a failed check came out as for the mistake, or with a value that is far nearer to its than to the right one."""
    near = "value" in outcome and not seen.error and _nearer(from_json(outcome["value"]), seen, otherwise=False)
    return near or equal(outcome, seen)


def equal(outcome: dict[str, Any], seen: Observed) -> bool:
    """Whether a failed check came out as for the mistake."""
    if "unsteady" in outcome or "either" in outcome:
        return True
    if "error" in outcome:
        return seen.error == outcome["error"]
    if "value" not in outcome:
        return not seen.error
    wrong, tolerance = from_json(outcome["value"]), seen.tolerance or Tolerance()
    same = matches(wrong, seen.value, tolerance) or _same_beside(wrong, seen, tolerance)
    return not seen.error and same and _nearer(wrong, seen)


def _same_beside(wrong: object, seen: Observed, tolerance: Tolerance) -> bool:
    """Whether a value is a mistake's up to what is nothing beside the right one: an error that vanishes but for rounding."""
    try:
        value, right, other = (_numbers(plain(v)) for v in (seen.value, seen.expected, wrong))
    except (NotPlain, ValueError, TypeError, OverflowError):  # the last for integers that are no float
        return False
    if not value.shape == right.shape == other.shape or not all(np.isfinite(a).all() for a in (right, other)):
        return False  # beside infinity everything would be nothing
    with np.errstate(invalid="ignore", over="ignore"):
        return bool((np.abs(value - other) <= tolerance.rtol * np.abs(other) + NOTHING * np.abs(right)).all())


def _numbers(value: Any) -> np.ndarray:
    """All numbers of plain data in a row.  Raises ``ValueError`` or ``TypeError`` where it holds anything else."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, list) and value:
        return np.concatenate([_numbers(item) for item in value])
    return np.asarray(value, dtype=complex).ravel()


def _nearer(wrong: object, seen: Observed, otherwise: bool = True) -> bool:
    """Whether a numeric answer is far nearer to the mistake's value than to the right one; ``otherwise`` if not numeric.

    Both may lie within the noise that is allowed around a mistake's zero, and then only the ratio tells them apart.
    """
    try:
        value, right, other = (np.asarray(plain(v)) for v in (seen.value, seen.expected, wrong))
    except (NotPlain, ValueError, OverflowError):
        return otherwise
    if not all(a.dtype.kind in "iufc" and a.shape == value.shape for a in (value, right, other)):
        return otherwise
    if not all(np.isfinite(a).all() for a in (value, right, other)):
        return otherwise
    with np.errstate(over="ignore", invalid="ignore"):
        near, far = (np.abs(value - a).max(initial=0.0) for a in (other, right))
    return bool(np.isfinite(near) and near <= NEARER * far)
