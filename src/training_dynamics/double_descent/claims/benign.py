"""What the chapter on double descent asserts about fitting noise when features differ in their variance."""

from __future__ import annotations

from coursekit.claim import Measured, claim
from training_dynamics.double_descent import benign

N, WIDE = 60, 4000


@claim(
    "double_descent.noise_theory",
    "The cost of fitting noise is the closed form, for power laws and for a few strong features with many weak ones.",
    source="simon2023eigenlearning, bartlett2020benign",
    verdict="holds",
)
def noise_theory(seed: int) -> Measured:
    """Largest relative difference between the mean of 60 training sets and the formula."""
    spectra = (benign.power_law(2.0, WIDE), benign.head_and_tail(5, WIDE))
    costs = [(benign.simulated_cost(seed, N, s, 60).mean(), benign.cost_of_noise(N, s)) for s in spectra]
    return Measured(100 * float(max(abs(found / exact - 1) for found, exact in costs)), "%", at_most=8)


@claim(
    "double_descent.benign",
    "To fit the noise of the labels exactly can cost little: a small part of the noise's own size.",
    source="bartlett2020benign",
    verdict="holds-if",
    condition="the noise fits into a long flat tail of weak features, many more than there are examples",
)
def is_benign(seed: int) -> Measured:
    """What fitting the noise adds to the test error, in units of the noise: 5 strong features, 4,000 weak ones."""
    cost = benign.simulated_cost(seed, N, benign.head_and_tail(5, WIDE), 20).mean()
    return Measured(100 * float(cost - 1), "% of the noise", at_most=20)


@claim(
    "double_descent.tempered",
    "Where interpolation works, it is benign.",
    source="mallinar2022benign",
    verdict="fails",
    instead="With variances that fall as a power law the fitted noise costs a fixed multiple of itself, whatever n.",
    vary={"n": (30, N), "exponent": (1.5, 2.0)},
)
def tempered(seed: int, n: int = N, exponent: float = 2.0) -> Measured:
    """Test error in units of the noise, over the exponent, which is its limit; 60 training sets."""
    cost = benign.simulated_cost(seed, n, benign.power_law(exponent, WIDE), 60).mean()
    return Measured(float(cost / exponent), "× the exponent", at_least=0.75, at_most=1.25)


@claim(
    "double_descent.catastrophic",
    "The smoother the features, the more harmless it is to interpolate.",
    source="mallinar2022benign",
    verdict="fails",
    instead="With variances that fall geometrically the cost grows nearly in proportion to the number of examples.",
    vary={"ratio": (0.7, 0.8), "n": (32, 64)},
)
def catastrophic(seed: int, ratio: float = 0.8, n: int = 64) -> Measured:
    """Test error with so many examples over that with 8, over the ratio of these numbers; 60 training sets each."""
    spectrum = benign.geometric(ratio, 400)
    many, few = (benign.simulated_cost(seed, examples, spectrum, 60).mean() for examples in (n, 8))
    return Measured(float(many / few * 8 / n), "of proportion", at_least=0.5)
