"""What the chapter asserts about a rise at every step, the stricter test of F along a run."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.steady import meaningless, on_walk, turns

VARIED = {"steps": (200, 400, 100), "hidden": (24, 32)}


@claim(
    "cic.every_step",
    "That F rises at every step of training, with suitable weights, sets it apart from functionals without meaning.",
    verdict="fails",
    instead="With two fitted weights many triples of random functionals rise at every step of the same run, too.",
    vary=VARIED | {"scale": (1.0, 0.3, 3.0)},
)
def every_step(seed: int, steps: int = 200, hidden: int = 24, scale: float = 1.0) -> Measured:
    """Share of 60 random triples of functionals for which some weights, none below 0, make the sum rise at each of 20 steps."""
    return Measured(meaningless(seed, steps, hidden, scale), "of random functionals", at_least=0.15)


@claim(
    "cic.every_step_walk",
    "Along a random walk F rises at every step for hardly any of the twelve choices of proxies, whatever the weights.",
    verdict="holds",
    vary=VARIED,
)
def every_step_walk(seed: int, steps: int = 200, hidden: int = 24) -> Measured:
    """Number of the twelve choices of proxies for which some weights, none below 0, make F rise at each of 20 steps of a walk."""
    return Measured(on_walk(seed, steps, hidden), "of 12 choices", at_most=1)


@claim(
    "cic.fast_functionals",
    "Functionals without meaning rise at every step of a run whatever their scale.",
    verdict="fails",
    instead="Random sines that turn more than once along the run hardly ever do.",
    vary=VARIED | {"scale": (100.0, 300.0)},
)
def fast_functionals(seed: int, steps: int = 200, hidden: int = 24, scale: float = 100.0) -> Measured:
    """The same share for projections a hundred times as long, which move through one to two periods."""
    return Measured(meaningless(seed, steps, hidden, scale), "of random functionals", at_most=0.1)


@claim(
    "cic.slow_proxies",
    "Along a run the proxies turn back at most half as often as random sines of the scale 300, on the mean over runs.",
    verdict="holds",
    vary=VARIED,
    judge="mean",
)
def slow_proxies(seed: int, steps: int = 200, hidden: int = 24) -> Measured:
    """Turns from one of 20 steps to the next, mean over the seven proxies, over the mean of 20 triples of such sines."""
    proxies, sines = turns(seed, steps, hidden)
    return Measured(proxies / sines, "times as often", at_most=0.5)
