"""What the chapter on Adam asserts about rare classes, about learning rates, and about generalisation."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.adam import classes, digits

NETWORKS: dict[str, tuple[object, ...]] = {"steps": (400, 800), "hidden": (32, 64)}
ONE_HOT: dict[str, tuple[object, ...]] = {"steps": (1000, 2000), "kinds": (64, 16)}


@claim(
    "adam.rare_gd",
    "Under gradient flow the loss of a class of frequency π falls like 1/(πt); in the one-hot model it tends to (K − 1)/(Kπt).",
    source="kunstner2024heavy",
    verdict="holds",
    vary={"steps": (30_000, 60_000), "kinds": (64, 16)},
)
def rare_gd(seed: int, steps: int = 30_000, kinds: int = 64) -> Measured:
    """The largest relative deviation of πtℓ from (K − 1)/K over all classes at t = 300,000."""
    rate = classes.rare_rate(seed, kinds, steps)
    return Measured(float(np.abs(rate / (1 - 1 / len(rate)) - 1).max()), "relative error", at_most=0.03)


@claim(
    "adam.rare_flow",
    "The whole loss curve of each class under gradient flow is log(1 + 1/ω), ω Wright's function of a clock of speed π.",
    source="",
    verdict="holds",
)
def rare_flow(seed: int) -> Measured:
    """Largest relative difference between gradient descent with small steps and the formula, at t = 1, 10 and 100."""
    pi = classes.frequencies(20, classes.exponent_of(seed))
    margins = classes.one_hot_run(pi, "gradient", 0.01, 10_000)[[100, 1000, 10_000]]
    exact = classes.flow_loss(pi, np.array([1.0, 10.0, 100.0]))
    return Measured(float(np.abs(classes.losses_of(margins, 20) / exact - 1).max()), "relative error", at_most=3e-3)


def _spread(seed: int, method: str, steps: int, kinds: int) -> float:
    pi = classes.frequencies(kinds, classes.exponent_of(seed))
    losses = classes.losses_of(classes.one_hot_run(pi, method, 0.01, steps)[-1], kinds)
    return float(losses.max() / losses.min() - 1)


@claim(
    "adam.rare_sign",
    "Sign descent learns all classes of the one-hot model at the same speed.",
    source="kunstner2024heavy",
    verdict="holds",
    vary=ONE_HOT,
)
def rare_sign(seed: int, steps: int = 1000, kinds: int = 64) -> Measured:
    """Spread of the class losses after 1,000 steps."""
    return Measured(_spread(seed, "sign", steps, kinds), "relative spread", at_most=1e-12)


@claim(
    "adam.rare_sign_rate",
    "Late in sign descent on the one-hot model the loss of every class falls by the factor exp(−2η) a step.",
    source="kunstner2024heavy",
    verdict="holds",
    seeds=None,
    vary={"rate": (0.01, 0.003, 0.03), "kinds": (64, 16)},
)
def rare_sign_rate(rate: float = 0.01, kinds: int = 64) -> Measured:
    """The rate of the decay over η, the farthest from 2 of all classes; margins from 10 to 20, five exponents of Zipf's law."""
    steps, rates = round(10 / rate), []
    for seed in range(5):
        pi = classes.frequencies(kinds, classes.exponent_of(seed))
        margins = classes.one_hot_run(pi, "sign", rate, steps)[[steps // 2, steps]]
        early, late = classes.losses_of(margins, kinds)
        rates += list(np.log(early / late) / (rate * (steps - steps // 2)))
    return Measured(float(max(rates, key=lambda r: abs(r - 2))), "times η a step", at_least=1.98, at_most=2.02)


@claim(
    "adam.rare_adam",
    "So does Adam.",
    source="",
    verdict="holds-if",
    condition="ε = 0; then it follows from the invariance to scaling of the gradient's coordinates.",
    vary=ONE_HOT,
)
def rare_adam(seed: int, steps: int = 1000, kinds: int = 64) -> Measured:
    """Spread of the class losses after 1,000 steps."""
    return Measured(_spread(seed, "adam", steps, kinds), "relative spread", at_most=1e-10)


@claim(
    "adam.rare_tuned",
    "Gradient descent cannot learn rare classes fast.",
    source="",
    verdict="fails",
    instead="In the one-hot model nothing limits its learning rate: with an enormous one three steps are enough.",
    vary={"steps": (3, 10), "kinds": (64, 16)},
)
def rare_tuned(seed: int, steps: int = 3, kinds: int = 64) -> Measured:
    """The largest class loss after three steps with learning rate 1,000,000."""
    return Measured(classes.instant_loss(seed, steps=steps, classes=kinds), "nats", at_most=1e-6)


@claim(
    "adam.rare_dense",
    "With classes of very different frequency, Adam beats gradient descent.",
    said_by="kunstner2024heavy",
    source="",
    verdict="fails",
    instead="On dense separable inputs (the commonest class 16 times as frequent as the rarest) gradient descent with "
    "momentum, at its own best rate, fits everything too.",
    vary={"groups": (5, 4), "steps": (150, 300)},
)
def rare_dense(seed: int, groups: int = 5, steps: int = 150) -> Measured:
    """Training loss of gradient descent with momentum at the best rate of its grid: no method is better by more."""
    return Measured(classes.sweep(seed, "momentum", "dense", steps, groups=groups).best, "nats", at_most=1e-3)


@claim(
    "adam.rare_shared",
    "With classes of very different frequency, Adam beats gradient descent with momentum, each at its own best rate.",
    source="",
    verdict="holds-if",
    condition="Something limits gradient descent's rate: here one large input that all classes share.",
    vary={"size": (10.0, 30.0), "kinds": (30, 60)},
)
def rare_shared(seed: int, size: float = 10.0, kinds: int = 30) -> Measured:
    """Training loss after 150 steps, gradient descent's minus Adam's."""
    momentum, adam = (classes.sweep(seed, m, "shared", size=size, classes=kinds).best for m in ("momentum", "adam"))
    return Measured(momentum - adam, "nats", at_least=0.08)


@claim(
    "adam.rare_uniform",
    "The shared input alone harms gradient descent: it does so when all classes are equally frequent, too.",
    source="",
    verdict="fails",
    instead="With equal frequencies gradient descent fits everything beside the same shared input.",
    seeds=None,
    vary={"size": (10.0, 30.0), "kinds": (30, 60)},
)
def rare_uniform(size: float = 10.0, kinds: int = 30) -> Measured:
    """Training loss after 150 steps of gradient descent with momentum, at its own best rate, all classes equally frequent."""
    loss = classes.sweep(0, "momentum", "uniform", size=size, classes=kinds).best
    return Measured(loss, "nats", at_most=1e-3)


@claim(
    "adam.rare_nearly_uniform",
    "The classes must differ much in frequency before a large shared input harms gradient descent.",
    source="",
    verdict="fails",
    instead="Classes within a few per cent of equally frequent are enough, beside a shared input of 30.",
    seeds=None,
    vary={"exponent": (0.01, 0.03, 0.1), "kinds": (20, 30)},
)
def rare_nearly_uniform(exponent: float = 0.01, kinds: int = 30) -> Measured:
    """Training loss after 150 steps, gradient descent's minus Adam's; frequencies fall as the rank to the power ``exponent``."""
    losses = [classes.nearly_uniform(method, exponent, 30.0, kinds) for method in ("momentum", "adam")]
    return Measured(losses[0] - losses[1], "nats", at_least=0.25)


@claim(
    "adam.rate_width",
    "The learning rate matters less with Adam.",
    source="",
    verdict="fails",
    instead="On the digits the range of good rates is about as wide for both, in factors of two, on the mean of the seeds.",
    judge="mean",
    vary=NETWORKS,
)
def rate_width(seed: int, steps: int = 400, hidden: int = 32) -> Measured:
    """Width of Adam's good range minus that of SGD's; good: within 2 points of the best test error."""
    adam, sgd = (digits.digits_sweep(seed, method, steps=steps, hidden=hidden).width() for method in ("adam", "sgd"))
    return Measured(adam - sgd, "factors of two", at_least=-1.5, at_most=1.5)


@claim(
    "adam.rate_matters",
    "With Adam the learning rate hardly needs tuning.",
    source="",
    verdict="fails",
    instead="A rate eight times the largest good one ruins the network.",
    vary=NETWORKS,
)
def rate_matters(seed: int, steps: int = 400, hidden: int = 32) -> Measured:
    """Test error at 8 times the largest good rate, minus the best; good: within 2 points of the best test error."""
    s = digits.digits_sweep(seed, "adam", steps=steps, hidden=hidden)
    largest = int(np.flatnonzero(s.test_error <= s.test_error.min() + 0.02).max())
    return Measured(float(s.test_error[largest + 3] - s.test_error.min()), "of the digits", at_least=0.15)


@claim(
    "adam.generalise",
    "Adam generalises worse than SGD.",
    said_by="wilson2017marginal",
    source="",
    verdict="fails",
    instead="On the digits, each tuned on its own grid with the same validation images, the two are within a few points.",
    vary=NETWORKS,
)
def generalise(seed: int, steps: int = 400, hidden: int = 32) -> Measured:
    """Test error of the tuned Adam minus that of the tuned SGD with momentum; 300 training images."""
    adam, sgd = (_tuned(seed, method, 0.0, steps, hidden) for method in ("adam", "sgd"))
    return Measured(adam - sgd, "of the digits", at_least=-0.03, at_most=0.03)


@claim(
    "adam.generalise_noise",
    "Adam generalises worse than SGD on average, both tuned, when many weak inputs are pure noise.",
    source="",
    verdict="holds",
    judge="mean",
    vary=NETWORKS,
)
def generalise_noise(seed: int, steps: int = 400, hidden: int = 32) -> Measured:
    """The same difference with 256 noise inputs of size 0.1 beside the 64 pixels."""
    adam, sgd = (_tuned(seed, method, 0.1, steps, hidden) for method in ("adam", "sgd"))
    return Measured(adam - sgd, "of the digits", at_least=0.02)


def _tuned(seed: int, method: str, noise: float, steps: int, hidden: int) -> float:
    sweep = digits.digits_sweep(seed, method, noise=noise, steps=steps, hidden=hidden)
    return float(sweep.test_error[sweep.tuned])
