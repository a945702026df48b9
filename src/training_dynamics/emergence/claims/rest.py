"""What the chapter asserts about the rule in the network that adds, and about what lies over it."""

from __future__ import annotations

import math

from coursekit.claim import Measured, claim
from training_dynamics.emergence.addition import learn, sums
from training_dynamics.emergence.rest import at, computed, random_rest, ratio, unseen

LONG = 6000  # steps that are enough for the slowest setting; training ends when all unseen sums are right
LEVELS: dict[str, tuple[object, ...]] = {"decay": (0.3, 0.5, 1.0), "rate": (0.005, 0.01, 0.02), "fraction": (0.5, 0.6)}
TRIED = "one table (modulo 23), decays of 0.3 to 1, rates of 0.005 to 0.02, half to three fifths of the pairs"


@claim(
    "emergence.rule_is_there",
    "Soon after memorising, each unit's strongest frequency alone gets far more unseen sums right than the whole network.",
    source="nanda2023progress",
    verdict="holds",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "decay": (0.0, 0.5, 1.0)},
)
def rule_is_there(seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0) -> Measured:
    """At twice the steps of memorising: accuracy on unseen pairs with each unit's strongest frequency, less that of the whole."""
    memorised = learn(seed, p=p, fraction=fraction, decay=decay, steps=200).memorised
    weights = at(2 * memorised, seed, p, fraction, decay).weights
    task = sums(seed, p, fraction)
    return Measured(unseen(task, weights, 0) - unseen(task, weights, 1), "of the unseen sums", at_least=0.45)


@claim(
    "emergence.not_at_start",
    "At the start the strongest frequencies give next to nothing: it is not the taking apart that makes the rule.",
    verdict="holds",
    vary={"p": (19, 23), "fraction": (0.5, 0.6)},
)
def not_at_start(seed: int, p: int = 23, fraction: float = 0.6) -> Measured:
    """Accuracy on unseen pairs of the untrained network with each unit's strongest frequency only; guessing gives 0.04."""
    return Measured(unseen(sums(seed, p, fraction), at(0, seed, p, fraction).weights, 0), "accuracy", at_most=0.25)


@claim(
    "emergence.hidden_without_decay",
    "A network without decay that gets few unseen sums right has the rule, too.",
    verdict="holds",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "steps": (1500, 3000)},
)
def hidden_without_decay(seed: int, p: int = 23, fraction: float = 0.6, steps: int = 1500) -> Measured:
    """Accuracy on unseen pairs with each unit's strongest frequency, less that of the whole, after training without decay."""
    task, weights = sums(seed, p, fraction), at(steps, seed, p, fraction, decay=0.0).weights
    return Measured(unseen(task, weights, 0) - unseen(task, weights, 1), "of the unseen sums", at_least=0.4)


@claim(
    "emergence.rest_covers",
    "Multiply the rest by two in a network that has generalised, and most unseen sums come out wrong.",
    verdict="holds",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "decay": (0.5, 1.0)},
)
def rest_covers(seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0) -> Measured:
    """Accuracy on unseen pairs with twice the rest, at the step of 95 % of them."""
    generalised = learn(seed, p=p, fraction=fraction, decay=decay, steps=LONG).generalised
    weights = at(generalised, seed, p, fraction, decay).weights
    return Measured(unseen(sums(seed, p, fraction), weights, 2), "accuracy", at_most=0.4)


@claim(
    "emergence.one_level",
    "It generalises when the rest has come down to one level beside the strongest, whatever decay, rate and share of pairs.",
    verdict="holds-if",
    condition=TRIED,
    vary=LEVELS,
)
def one_level(seed: int, decay: float = 0.5, rate: float = 0.01, fraction: float = 0.6) -> Measured:
    """Power of the rest over that of the strongest frequencies, at 95 % of the unseen sums."""
    generalised = learn(seed, decay=decay, rate=rate, fraction=fraction, steps=LONG).generalised
    level = ratio(at(generalised, seed, fraction=fraction, decay=decay, rate=rate).weights.first)
    return Measured(level, "of the power of the strongest", at_least=0.4, at_most=0.7)


@claim(
    "emergence.one_level_by_units",
    "The level is one, too, if each unit's rest and strongest frequency are weighted with what the unit writes.",
    verdict="holds-if",
    condition=TRIED,
    vary=LEVELS,
)
def one_level_by_units(seed: int, decay: float = 0.5, rate: float = 0.01, fraction: float = 0.6) -> Measured:
    """What the rest computes over what the strongest do, at 95 % of the unseen sums; no scale of a single unit changes it."""
    generalised = learn(seed, decay=decay, rate=rate, fraction=fraction, steps=LONG).generalised
    rest, strong = computed(at(generalised, seed, fraction=fraction, decay=decay, rate=rate).weights)
    return Measured(rest / strong, "of what the strongest compute", at_least=0.35, at_most=0.7)


@claim(
    "emergence.random_covers",
    "Soon after memorising a random rest of the same power in each unit covers most of the rule, too.",
    verdict="holds",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "decay": (0.5, 1.0)},
)
def random_covers(seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0) -> Measured:
    """At twice the steps of memorising: accuracy on unseen pairs with a random rest, less that without any."""
    memorised = learn(seed, p=p, fraction=fraction, decay=decay, steps=200).memorised
    task, weights = sums(seed, p, fraction), at(2 * memorised, seed, p, fraction, decay).weights
    lost = unseen(task, weights, 0) - unseen(task, weights, 1, random_rest(weights.first, seed))
    return Measured(lost, "of the unseen sums", at_least=0.3)


@claim(
    "emergence.own_covers_more",
    "What covers the rule is only the size of the rest: any rest of that power does the same.",
    verdict="fails",
    instead="Size is much of it. But the rest that was memorised covers more than a random one of the same power in each unit.",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "decay": (0.5, 1.0)},
)
def own_covers_more(seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0) -> Measured:
    """At 95 % of the unseen sums: accuracy on them with twice a random rest, less that with twice the network's own."""
    generalised = learn(seed, p=p, fraction=fraction, decay=decay, steps=LONG).generalised
    task, weights = sums(seed, p, fraction), at(generalised, seed, p, fraction, decay).weights
    more = unseen(task, weights, 2, random_rest(weights.first, seed)) - unseen(task, weights, 2)
    return Measured(more, "of the unseen sums", at_least=0.08)


@claim(
    "emergence.only_removed",
    "Between memorising and generalising only the rest changes: it is removed.",
    verdict="fails",
    instead="Both change: what the strongest frequencies compute grows, while what the rest computes shrinks.",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "decay": (0.5, 1.0)},
)
def only_removed(seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0) -> Measured:
    """Share of the growing strongest in the logarithm by which the rest falls behind, twice memorised to generalised."""
    run = learn(seed, p=p, fraction=fraction, decay=decay, steps=LONG)
    ends = [computed(at(step, seed, p, fraction, decay).weights) for step in (2 * run.memorised, run.generalised)]
    rest, strong = (math.log(after / before) for before, after in zip(*ends))
    return Measured(strong / (strong - rest), "of the change, in logarithms", at_least=0.1, at_most=0.85)


@claim(
    "emergence.neither_without_decay",
    "In the same time without decay the ratio of the rest to the strongest frequencies stays about where it was.",
    verdict="holds-if",
    condition="the training set is just large enough (half to three fifths of the pairs)",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "decay": (0.5, 1.0)},
)
def neither_without_decay(seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0) -> Measured:
    """The ratio without decay when with this decay the unseen are right, over that at twice the steps of memorising."""
    run = learn(seed, p=p, fraction=fraction, decay=decay, steps=LONG)
    begin, end = (
        ratio(at(step, seed, p, fraction, decay=0.0).weights.first) for step in (2 * run.memorised, run.generalised)
    )
    return Measured(end / begin, "times the ratio before", at_least=0.75, at_most=1.2)


@claim(
    "emergence.rest_left_alone",
    "What was memorised is then left to decay, which takes it away.",
    verdict="fails",
    instead="The power of the rest, beside that of the strongest frequencies, falls more slowly than decay alone would have it.",
    vary={"p": (19, 23), "fraction": (0.5, 0.6), "decay": (0.5, 1.0)},
)
def rest_left_alone(seed: int, p: int = 23, fraction: float = 0.6, decay: float = 1.0) -> Measured:
    """Fall of the logarithm of that ratio from twice the steps of memorising to 95 % of the unseen, over that by decay alone."""
    run = learn(seed, p=p, fraction=fraction, decay=decay, steps=LONG)
    begin, end = 2 * run.memorised, run.generalised
    high, low = (ratio(at(step, seed, p, fraction, decay).weights.first) for step in (begin, end))
    return Measured(
        math.log(high / low) / (-2 * math.log(1 - 0.01 * decay) * (end - begin)),
        "of the speed of decay alone",
        at_most=0.75,
    )
