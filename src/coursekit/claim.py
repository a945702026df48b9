"""The ``@claim`` decorator: binds a sentence of the course to the experiment that tests it.  No dependencies."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

VERDICTS = ("holds", "holds-if", "fails")


@dataclass(frozen=True)
class Measured:
    """A measured number, its unit, and the interval ``[at_least, at_most]`` it must lie in for the verdict to stand."""

    value: float
    unit: str = ""
    at_least: float = -math.inf
    at_most: float = math.inf

    def __post_init__(self) -> None:
        if self.at_least == -math.inf and self.at_most == math.inf:
            raise ValueError("Measured needs a bound: give at_least, at_most or both")
        if self.at_least > self.at_most:
            raise ValueError(f"Measured needs at_least <= at_most, got {self.at_least} > {self.at_most}")

    @property
    def ok(self) -> bool:
        """Whether the value is finite and inside its bound."""
        return math.isfinite(self.value) and self.at_least <= self.value <= self.at_most

    @property
    def headroom(self) -> float:
        """How far the bound is from the value, as a ratio: bound/value, value/bound, or half width/distance to the middle."""
        if not self.ok:
            return 0.0
        if math.isfinite(self.at_least) and math.isfinite(self.at_most):
            middle, half = (self.at_least + self.at_most) / 2, (self.at_most - self.at_least) / 2
            return max(1.0, _ratio(half, abs(self.value - middle)))  # the middle is rounded
        if math.isfinite(self.at_most):
            return _ratio(self.at_most, self.value) if self.at_most >= 0 else _ratio(-self.value, -self.at_most)
        return _ratio(self.value, self.at_least) if self.at_least >= 0 else _ratio(-self.at_least, -self.value)


def _ratio(large: float, small: float) -> float:
    return math.inf if small <= 0 or large == small == 0 else large / small


@dataclass(frozen=True)
class Claim:
    """A statement of the course, its verdict, and the function ``seed -> Measured`` that tests it.

    ``judge`` is ``"each"`` (every seed must meet the bound) or ``"mean"`` (the mean over ``seeds`` must).
    """

    id: str
    statement: str
    source: str
    verdict: str
    seeds: tuple[int, ...]
    function: Callable[[int], Measured]
    condition: str = ""
    instead: str = ""
    judge: str = "each"

    @property
    def topic(self) -> str:
        """The part of the id before the dot, which is also the name of the chapter."""
        return self.id.split(".")[0]


REGISTRY: dict[str, Claim] = {}


def claim(
    id: str,
    statement: str,
    *,
    source: str,
    verdict: str,
    seeds: Iterable[int] = range(5),
    condition: str = "",
    instead: str = "",
    judge: str = "each",
) -> Callable[[Callable[[int], Measured]], Callable[[int], Measured]]:
    """Register ``function(seed) -> Measured`` as the test of ``statement``.

    ``source`` is a key of ``book/references.bib`` (several: comma separated; empty: ours).  A ``holds-if`` claim names its
    ``condition``; a ``fails`` claim quotes what is often said as its ``statement``, says what is true ``instead``, and its
    bound is the evidence *against* the statement, so that the test goes red if the statement started to hold.
    """
    seeds = tuple(seeds)
    if verdict not in VERDICTS:
        raise ValueError(f"claim {id}: verdict must be one of {', '.join(VERDICTS)}, got {verdict!r}")
    if verdict == "holds-if" and not condition:
        raise ValueError(f"claim {id}: verdict holds-if needs condition=...")
    if verdict == "fails" and not instead:
        raise ValueError(f"claim {id}: verdict fails needs instead=..., what is true in its place")
    if len(seeds) < 5:
        raise ValueError(f"claim {id}: needs at least 5 seeds, got {len(seeds)}")
    if judge not in ("each", "mean"):
        raise ValueError(f"claim {id}: judge must be 'each' or 'mean', got {judge!r}")
    if "." not in id:
        raise ValueError(f"claim {id}: the id must be <topic>.<name>")

    def register(function: Callable[[int], Measured]) -> Callable[[int], Measured]:
        if id in REGISTRY and REGISTRY[id].function.__module__ != function.__module__:
            raise ValueError(f"claim {id} is defined twice: {REGISTRY[id].function.__module__}, {function.__module__}")
        REGISTRY[id] = Claim(id, statement, source, verdict, seeds, function, condition, instead, judge)
        return function

    return register
