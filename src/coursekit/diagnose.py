"""Recognise a typical mistake by what it gives: each check's outcome against the outcomes recorded when the course was built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.compare import Tolerance, matches
from coursekit.plain import NotPlain, decode, plain

NEARER = 0.1  # an answer is a mistake's if its distance to that is at most this share of its distance to what is right


@dataclass
class Observed:
    """What one check saw: a value, or the name and text of an error; and, for a case, what it was compared with."""

    value: object = None
    error: str = ""
    detail: str = ""
    failed: bool = False
    expected: object = None
    tolerance: Tolerance | None = None


@dataclass
class Known:
    """Typical mistakes: ``mistakes[id]`` is ``{"says", "hint"}``, ``outcomes[check][id]`` what it gives where it is wrong.

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

    A wrong value that equals a mistake's value is a vote for it.  Without votes, a mistake is named only if every check
    came out exactly as it does for that mistake.  Among equals, agreement on every check decides.
    """
    votes = {m: sum(_votes(known, m, name, seen) for name, seen in observed.items()) for m in known.mistakes}
    agree = {m: all(_agrees(known, m, name, seen) for name, seen in observed.items()) for m in known.mistakes}
    best = max(votes.values(), default=0)
    found = [m for m in votes if (votes[m] == best and best > 0) or (best == 0 and agree[m])]
    exact = [m for m in found if agree[m]]
    return (exact or found)[:2]


def _votes(known: Known, mistake: str, name: str, seen: Observed) -> bool:
    """Whether a failed case gave this mistake's value."""
    outcome = known.outcomes.get(name, {}).get(mistake)
    return bool(seen.failed and outcome and "value" in outcome and seen.tolerance and _equal(outcome, seen))


def _agrees(known: Known, mistake: str, name: str, seen: Observed) -> bool:
    """Whether a check came out as it does for this mistake."""
    outcome = known.outcomes.get(name, {}).get(mistake)
    if not outcome or not seen.failed:
        return bool(outcome) == seen.failed
    return _equal(outcome, seen)


def _equal(outcome: dict[str, Any], seen: Observed) -> bool:
    if "error" in outcome:
        return seen.error == outcome["error"]
    if "value" not in outcome:
        return not seen.error
    wrong = decode(outcome["value"])
    return not seen.error and matches(wrong, seen.value, seen.tolerance or Tolerance()) and _nearer(wrong, seen)


def _nearer(wrong: object, seen: Observed) -> bool:
    """Whether a numeric answer is far nearer to the mistake's value than to the right one.

    Both may lie within the noise that is allowed around a mistake's zero, and then only the ratio tells them apart.
    """
    try:
        value, right, other = (np.asarray(plain(v)) for v in (seen.value, seen.expected, wrong))
    except (NotPlain, ValueError):
        return True
    if not all(a.dtype.kind in "iufc" and a.shape == value.shape for a in (value, right, other)):
        return True
    if not all(np.isfinite(a).all() for a in (value, right, other)):
        return True
    return bool(np.abs(value - other).max(initial=0.0) <= NEARER * np.abs(value - right).max(initial=0.0))
