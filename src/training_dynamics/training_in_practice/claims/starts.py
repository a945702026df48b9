"""What the chapter asserts about initial weights: symmetry, and signals through many layers."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.training_in_practice import studies
from training_dynamics.training_in_practice.baselines import baselines
from training_dynamics.training_in_practice.signals import measured, per_layer, predicted
from training_dynamics.training_in_practice.symmetry import equal_start

TANH = (1.0, 1.69, 4.0)  # variances of the weights, times the width


@claim(
    "training_in_practice.zero_start",
    "Weights may start at zero: the gradient will move them.",
    source="glorot2010understanding",
    verdict="fails",
    instead="Every product in the gradient holds a weight that is zero. Only the output's biases learn: letter frequencies.",
    vary={"steps": (120, 400), "hidden": (32, 128)},
)
def zero_start(seed: int, steps: int = 120, hidden: int = 32) -> Measured:
    """Validation loss after training from all zeros, minus that of the unigram model."""
    gap = equal_start(seed, "zero", steps, hidden).valid - baselines(seed).unigram
    return Measured(gap, "nats above letter frequencies", at_least=-0.05, at_most=0.05)


@claim(
    "training_in_practice.equal_units",
    "Units that start equal become different when they are trained on real data.",
    verdict="fails",
    instead="They get equal gradients and stay copies of each other: the layer remains as wide as one unit.",
    vary={"steps": (120, 400), "hidden": (32, 128)},
)
def equal_units(seed: int, steps: int = 120, hidden: int = 32) -> Measured:
    """Largest difference between two hidden units at the end, over that of units that start at random."""
    equal, random = (equal_start(seed, start, steps, hidden).spread for start in ("equal", "random"))
    return Measured(equal / random, "of the usual difference", at_most=0.01)


@claim(
    "training_in_practice.copies_cost",
    "A layer of copies learns less than a layer of as many different units.",
    verdict="holds",
    vary={"steps": (120, 400), "hidden": (32, 128)},
)
def copies_cost(seed: int, steps: int = 120, hidden: int = 32) -> Measured:
    """Validation loss of a network whose hidden units start equal, minus that of one that starts at random."""
    gap = equal_start(seed, "equal", steps, hidden).valid - equal_start(seed, "random", steps, hidden).valid
    return Measured(gap, "nats lost", at_least=0.15)


@claim(
    "training_in_practice.relu_halves",
    "A ReLU layer multiplies the mean square of its signal by half the scaled variance of its weights.",
    source="he2015delving",
    verdict="holds",
    vary={"width": (300, 450), "depth": (20, 30)},
)
def relu_halves(seed: int, width: int = 300, depth: int = 30) -> Measured:
    """Measured factor a layer, the mean over the layers of twenty networks, over the predicted one."""
    (found,) = measured(seed, "relu", (2.0,), depth, width)
    return Measured(float(np.mean(found.q[1:] / found.q[:-1])), "of the predicted factor", at_least=0.97, at_most=1.03)


@claim(
    "training_in_practice.tanh_theory",
    "Gaussian integrals predict how signal and gradient change from layer to layer in a random tanh network.",
    source="poole2016exponential,schoenholz2017deep",
    verdict="holds",
    vary={"width": (300, 450), "depth": (20, 30)},
)
def tanh_theory(seed: int, width: int = 300, depth: int = 30) -> Measured:
    """Largest relative error of the factors a layer, of signal and gradient, at gains 1, 1.3 and 2."""
    worst = 0.0
    for variance, found in zip(TANH, measured(seed, "tanh", TANH, depth, width, 8)):
        theory = predicted("tanh", variance, depth)
        worst = max(
            worst, *(abs(per_layer(a) / per_layer(b) - 1) for a, b in ((found.q, theory.q), (found.g, theory.g)))
        )
    return Measured(worst, "relative", at_most=0.02)


@claim(
    "training_in_practice.tanh_depth",
    "After thirty tanh layers the mean square of the signal is the predicted one to two per cent, at gains of 1.3 and 2.",
    source="poole2016exponential",
    verdict="holds",
    judge="mean",
    vary={"width": (300, 450), "depth": (20, 30)},
)
def tanh_depth(seed: int, width: int = 300, depth: int = 30) -> Measured:
    """Larger relative error of the last layer's mean square, the mean over forty networks, at the two gains."""
    found = measured(seed, "tanh", TANH[1:], depth, width, 40)
    errors = [abs(one.q[-1] / predicted("tanh", v, depth).q[-1] - 1) for v, one in zip(TANH[1:], found)]
    return Measured(float(max(errors)), "relative", at_most=0.02)


@claim(
    "training_in_practice.xavier_relu",
    "Xavier initialisation is the right default for any activation.",
    source="he2015delving",
    verdict="fails",
    instead="It was derived near the linear part of tanh. With ReLU it halves the signal's mean square in every layer.",
    vary={"width": (150, 300), "depth": (20, 30)},
)
def xavier_relu(seed: int, width: int = 300, depth: int = 20) -> Measured:
    """Powers of ten that the signal's mean square loses from the first layer to the twentieth."""
    (found,) = measured(seed, "relu", (1.0,), depth, width, 4)
    return Measured(float(-np.log10(found.q[-1] / found.q[0])), "powers of ten lost", at_least=3)


@claim(
    "training_in_practice.xavier_tanh",
    "Xavier initialisation keeps the signal's size through tanh layers.",
    said_by="glorot2010understanding",
    source="poole2016exponential",
    verdict="fails",
    instead="To first order only. The next term shrinks it, and after ℓ layers about 1/(2ℓ) is left.",
    vary={"width": (150, 300), "depth": (30, 60)},
)
def xavier_tanh(seed: int, width: int = 300, depth: int = 30) -> Measured:
    """Mean square of the signal in the thirtieth layer, 1 in the first."""
    found = measured(seed, "tanh", (1.0,), depth, width, 4)[0]
    return Measured(float(found.q[-1]), "of the first layer's mean square", at_most=0.05)


@claim(
    "training_in_practice.tanh_law",
    "At gain 1 the recursion for tanh falls like 1/(2ℓ), a power and not an exponential.",
    source="schoenholz2017deep",
    verdict="holds",
    seeds=None,
)
def tanh_law() -> Measured:
    """Twice the layer's number times the predicted mean square, in layer 3,000."""
    return Measured(2 * 3000 * float(predicted("tanh", 1.0, 3000).q[-1]), "", at_least=0.97, at_most=1.03)


@claim(
    "training_in_practice.he_trains",
    "With ReLU, He's gain instead of Xavier's makes a network learn faster, on average over starts.",
    source="he2015delving",
    verdict="holds-if",
    condition="The network is deep (eight layers and more here) and trained by SGD.",
    vary={"depth": (8, 10, 14), "steps": (200, 400)},
    judge="mean",
)
def he_trains(seed: int, depth: int = 10, steps: int = 200) -> Measured:
    """Validation loss with Xavier's gain minus that with He's."""
    found = studies.deep_starts(seed, depth, steps)
    return Measured(found["xavier"] - found["he"], "nats gained", at_least=0.04)


@claim(
    "training_in_practice.he_shallow",
    "With ReLU, He's gain instead of Xavier's is worth having at any depth.",
    verdict="fails",
    instead="With one hidden layer there is nothing to multiply up, and both end at about the same loss.",
    vary={"steps": (100, 200, 400), "hidden": (32, 64)},
)
def he_shallow(seed: int, steps: int = 200, hidden: int = 32) -> Measured:
    """The same difference with a single hidden layer."""
    found = studies.deep_starts(seed, 1, steps, hidden=hidden)
    return Measured(found["xavier"] - found["he"], "nats gained", at_least=-0.02, at_most=0.02)
