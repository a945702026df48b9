"""The same rules in another order, and with limits that are off: what of their success is whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from training_dynamics.diagnostics.judged import Judged
from training_dynamics.toolbox.diagnose import RULES, Limits, Rule
from training_dynamics.toolbox.readings import Readings
from training_dynamics.toolbox.seeds import numpy_generator


def first_of(rules: Sequence[Rule], readings: Readings, limits: Limits) -> str:
    """The name of the first of these rules that speaks, or ``healthy``."""
    return next((rule.name for rule in rules if rule.found(readings, limits)), "healthy")


def speaking(runs: Sequence[Judged]) -> float:
    """Share of the runs for which the rule of what is wrong speaks at all, wherever it stands in the order."""
    rules, limits = {rule.name: rule for rule in RULES}, Limits()
    return float(np.mean([rules[one.truth].found(one.readings, limits) for one in runs]))


def shuffled(runs: Sequence[Judged], seed: int, orders: int = 50) -> float:
    """Share of runs that are misnamed by the rules in a random order: the mean over orders."""
    rng, limits = numpy_generator(seed, "orders of rules"), Limits()
    wrong = []
    for _ in range(orders):
        rules = [RULES[i] for i in rng.permutation(len(RULES))]
        wrong += [first_of(rules, one.readings, limits) != one.truth for one in runs]
    return float(np.mean(wrong))


def strayed(runs: Sequence[Judged], seed: int, factor: float, draws: int = 50) -> float:
    """Share of runs that are misnamed where every limit is multiplied by a factor of its own, up to ``factor`` or its inverse.

    A limit is a field of ``Limits``; one that serves several rules moves in all.  Numbers inside rules and readings stay.
    """
    rng = numpy_generator(seed, "limits that stray")
    wrong = []
    for _ in range(draws):
        limits = Limits(**{f.name: getattr(Limits(), f.name) * factor ** rng.uniform(-1, 1) for f in fields(Limits)})
        wrong += [first_of(RULES, one.readings, limits) != one.truth for one in runs]
    return float(np.mean(wrong))
