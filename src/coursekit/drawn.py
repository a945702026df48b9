"""Inputs drawn from a question's domain, what its statement allows as a program, and an answer beside the reference on them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from coursekit.compare import Tolerance, difference
from coursekit.diagnose import Observed
from coursekit.lent import copy_of
from coursekit.plain import plain

DRAWN = "inputs drawn for you"
NAMES = ("inputs", "ask", "rtol", "atol", "may_change")  # what a domain may define for us
MOST = 200  # inputs of one pass that are tried; a domain that yields more is refused by its proof
Inputs = Iterator[tuple[Any, ...]]
See = Callable[[Callable[[], Any]], Observed]


@dataclass(frozen=True)
class Domain:
    """``inputs(rng)``: one pass through the kinds of input; ``ask(*input)``: what is compared, within ``tolerance``.

    ``may_change``: whether answers may change what they are given.
    """

    inputs: Callable[[np.random.Generator], Iterator[Any]]
    ask: Callable[..., Any]
    tolerance: Tolerance
    may_change: bool = False

    def drawn(self, seed: int) -> Inputs:
        """The inputs of one pass: the same seed gives equal ones, in memory of their own."""
        for given in islice(self.inputs(np.random.default_rng(seed)), MOST):
            yield copy_of(given if type(given) is tuple else (given,))

    def count(self, seed: int) -> int:
        """How many inputs one pass yields, counted to ten times what is tried of them."""
        return sum(1 for _ in islice(self.inputs(np.random.default_rng(seed)), 10 * MOST))


def sizes(rng: np.random.Generator, low: float, high: float, count: int = 8) -> list[float]:
    """``count`` numbers from ``low`` to ``high``, in any order: both ends, and one of each size between them.

    For domains: what a statement allows is then drawn whole in every pass, and not only what is near one.
    """
    edges = np.linspace(np.log(low), np.log(high), count - 1)
    return [float(v) for v in rng.permutation([low, *np.exp(rng.uniform(edges[:-1], edges[1:])), high])]


def domain(code: str, space: dict[str, Any], asks: tuple[str, ...]) -> Domain:
    """The domain that ``code`` describes, for the answers in ``space``, where it defines nothing.

    Without ``ask`` the function that the question asks for is called.  Where it asks for values, these are compared, and
    without ``inputs`` there is one input, nothing.
    """
    own = {name: value for name, value in space.items() if name not in NAMES}
    run(code, "domain", own)
    tolerance = Tolerance(own.get("rtol", Tolerance.rtol), own.get("atol", Tolerance.atol))
    may_change = bool(own.get("may_change", False))
    return Domain(own.get("inputs", lambda rng: iter([()])), own.get("ask", _answers(own, asks)), tolerance, may_change)


def run(code: str, name: str, space: dict[str, Any]) -> None:
    """Execute the course's own ``code``, which may be indented, in ``space``."""
    exec(compile(textwrap.dedent(code), f"<{name}>", "exec", dont_inherit=True), space)  # noqa: S102


def _answers(space: dict[str, Any], asks: tuple[str, ...]) -> Callable[..., Any]:
    def ask(*given: Any) -> Any:
        answers = {name: space[name] for name in asks}
        only = next(iter(answers.values()))
        return only(*given) if callable(only) else answers

    return ask


def differing(domains: tuple[Domain, Domain], seed: int, see: See) -> str:
    """How the second domain's answer differs from the first one's on one pass, in words for a student; empty when nowhere."""
    ours, theirs = domains
    for number, (mine, given) in enumerate(zip(ours.drawn(seed), theirs.drawn(seed)), 1):
        expected = see(lambda: ours.ask(*mine))  # noqa: B023
        text = difference_of(expected, see(lambda: theirs.ask(*given)), ours.tolerance)  # noqa: B023
        if text:
            return f"number {number} of them: {text}" if given else text
    return ""


def difference_of(expected: Observed, got: Observed, tolerance: Tolerance) -> str:
    """How what an answer gave or raised differs from what the reference did; no expected value is in the words."""
    if expected.error:
        right = expected.error in (got.error, *got.kinds)
        return got.changed if right else got.detail or f"a {expected.error} is asked for, and none is raised"
    text = got.detail or difference(plain(expected.value), got.value, tolerance, reveal=False)
    return "; and ".join(filter(None, (text, got.changed)))
