"""What the chapter asserts about F as a whole, and about what free weights can fit."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.cic.climb import maximised, share
from training_dynamics.cic.freedom import chance, fitted, rising, simulated_chance, walks_rise


@claim(
    "cic.share",
    "On held-out images under two fifths of the loss's gradient lie in the span of those of Φ, H and C, with any weights.",
    verdict="holds-if",
    condition="it is the median of six checkpoints; a network made to climb F can have as small a share there",
    vary={"steps": (200, 400, 100), "hidden": (24, 16, 32)},
)
def gradient_share(seed: int, steps: int = 200, hidden: int = 24) -> Measured:
    """Share of the squared gradient in that span: best choice of proxies, weights fitted at each checkpoint, median of six."""
    return Measured(share(seed, hidden, steps).best, "of the squared gradient", at_most=0.4)


@claim(
    "cic.maximised",
    "A network that maximises F learns.",
    verdict="fails",
    instead="Climbing the F that we tried costs a linear probe a tenth of accuracy or more, beside the untrained network.",
    vary={"steps": (100, 50, 200), "hidden": (24, 32), "weight": (1.0, 0.3)},
)
def maximising(seed: int, steps: int = 100, hidden: int = 24, weight: float = 1.0) -> Measured:
    """Held-out accuracy of a linear probe after climbing F minus that before, while F has risen."""
    found = maximised(seed, hidden, steps, weight)
    change = found.probe_after - found.probe_before if found.after > found.before else float("nan")
    return Measured(change, "in accuracy", at_most=-0.1)


@claim(
    "cic.rises",
    "F rises from each checkpoint to the next all along training.",
    verdict="holds-if",
    condition="proxies and weights are chosen afterwards; on the mean over runs some of the twelve choices of proxies do it",
    vary={"steps": (200, 400, 100), "hidden": (24, 16, 32)},
    judge="mean",
)
def rises_all_along(seed: int, steps: int = 200, hidden: int = 24) -> Measured:
    """Number of the twelve choices of proxies for which some weights, none below 0, make F rise at each of 20 steps."""
    return Measured(rising(seed, hidden, steps), "of 12 choices", at_least=1)


@claim(
    "cic.random_functionals",
    "That F rises all along training, for suitable λ and γ, is evidence that training maximises F.",
    verdict="fails",
    instead="With two fitted weights many functionals that mean nothing rise along the same run, too.",
    vary={"steps": (200, 400, 100), "hidden": (24, 32), "scale": (1.0, 0.3, 3.0)},
)
def random_functionals(seed: int, steps: int = 200, hidden: int = 24, scale: float = 1.0) -> Measured:
    """Share of 60 random triples of functionals whose best combination has a rank correlation with time above 0.9."""
    return Measured(fitted(seed, steps, hidden, scale=scale)[1], "of random functionals", at_least=0.4)


@claim(
    "cic.walks_climb",
    "F, fitted, rises because the network is trained.",
    verdict="fails",
    instead="Fitted to a random walk in weight space, F rises along it as well, on the mean over walks.",
    vary={"steps": (200, 400), "hidden": (24, 32)},
    judge="mean",
)
def walks_climb(seed: int, steps: int = 200, hidden: int = 24) -> Measured:
    """Rank correlation of time and F, mean over eight random walks: best of twelve choices of proxies, weights fitted."""
    return Measured(walks_rise(seed, steps, hidden), "(rank correlation)", at_least=0.55, scale=0.06)


@claim(
    "cic.coins",
    (
        "Two free weights are worth two wrong predictions: the chance that they fit N random steps is that of at most"
        " two tails in N throws."
    ),
    source="wendel1962problem",
    verdict="holds",
    vary={"steps": (6, 3, 10), "terms": (3, 2, 5)},
)
def coins(seed: int, steps: int = 6, terms: int = 3) -> Measured:
    """Simulated chance minus the formula's, 4000 random runs."""
    return Measured(
        simulated_chance(seed, steps, terms) - chance(steps, terms),
        "(difference of probabilities)",
        at_least=-0.05,
        at_most=0.05,
    )
