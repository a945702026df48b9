"""What the chapter on dropout asserts exactly: linear models, averages over masks, and the variational reading."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.dropout import averaging, linear, logistic, variational
from training_dynamics.toolbox.seeds import numpy_generator

KEEPS = (1.0, 0.9, 0.7, 0.5, 0.3, 0.1)


@claim(
    "dropout.linear_ridge",
    "On a linear model the expected dropout loss is the loss without dropout plus a ridge penalty, weighted by feature.",
    source="srivastava2014dropout, wager2013dropout",
    verdict="holds",
)
def linear_ridge(seed: int) -> Measured:
    """Relative difference between the closed form and the sum over all masks, at random weights."""
    data = linear.problem(seed)
    w = numpy_generator(seed, "claim weights").standard_normal(15)
    gaps = [abs(linear.enumerated_loss(data, w, q) / linear.expected_loss(data, w, q) - 1) for q in (0.2, 0.5, 0.9)]
    return Measured(max(gaps), "relative", at_most=1e-12)


@claim(
    "dropout.descent_average",
    "Gradient descent with fresh masks in every step hovers around that ridge solution: its average is the solution.",
    source="wager2013dropout",
    verdict="holds",
    vary={"keep": (0.5, 0.7), "features": (15, 30)},
)
def descent_average(seed: int, keep: float = 0.5, features: int = 15) -> Measured:
    """Distance of the averaged weights from the closed form."""
    found = linear.averaged_descent(seed, keep, features=features)
    solution = linear.ridge(linear.problem(seed, d=features), keep)
    return Measured(linear.distance(found, solution), "of its norm", at_most=0.01)


@claim(
    "dropout.averages_out",
    "Dropout is noise with mean zero, so over many steps it averages out.",
    source="srivastava2014dropout, wager2013dropout",
    verdict="fails",
    instead="In the outputs it does; in the squared loss it leaves a penalty, and the solution is far from least squares.",
)
def averages_out(seed: int) -> Measured:
    """Distance of least squares from the dropout solution."""
    data = linear.problem(seed)
    return Measured(
        linear.distance(linear.ridge(data, 1.0), linear.ridge(data, 0.5)), "of the dropout solution", at_least=0.3
    )


@claim(
    "dropout.units",
    "The dropout penalty does not care in which units a feature is measured; predictions stay the same.",
    source="wager2013dropout",
    verdict="holds",
)
def units(seed: int) -> Measured:
    """Change of predictions when features are rescaled by factors from 0.01 to 100."""
    return Measured(linear.rescaling_gap(seed), "of the predictions", at_most=1e-9)


@claim(
    "dropout.plain_ridge",
    "Dropout on a linear model is ridge regression.",
    source="srivastava2014dropout",
    verdict="holds-if",
    condition="The penalty of weight j is scaled by the squared size of feature j; plain ridge depends on the units.",
)
def plain_ridge(seed: int) -> Measured:
    """Change of plain ridge's predictions under the same rescaling: the reason for the condition."""
    return Measured(linear.rescaling_gap(seed, plain=True), "of the predictions", at_least=0.15)


def _logistic(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and weights of a logistic problem with 10 features, outputs of typical size 2."""
    x = linear.problem(seed, n=40, d=10).inputs
    w = numpy_generator(seed, "claim logistic").standard_normal(10)
    return x, w * 2 / np.sqrt(np.mean((x @ w) ** 2))


@claim(
    "dropout.logistic_penalty",
    "In logistic regression dropout adds a penalty too, exactly: the same number whatever the labels.",
    source="wager2013dropout",
    verdict="holds",
)
def logistic_penalty(seed: int) -> Measured:
    """Expected loss over all masks minus loss minus penalty, for two opposite labellings, relative to the loss."""
    (x, w), labels = _logistic(seed), numpy_generator(seed, "claim labels").integers(0, 2, 40)
    gaps = []
    for y in (labels, 1 - labels):
        plain = logistic.loss(x @ w, y).sum()
        gaps.append(abs(logistic.enumerated_loss(x, y, w, 0.5) - plain - logistic.penalty(x, w, 0.5)) / plain)
    return Measured(float(max(gaps)), "of the loss", at_most=1e-12)


@claim(
    "dropout.logistic_quadratic",
    "In logistic regression the dropout penalty is a weighted ridge.",
    source="wager2013dropout",
    verdict="fails",
    instead="The ridge is its second-order form; at rate 0.7 and outputs of size 2 it is more than a tenth off the penalty.",
)
def logistic_quadratic(seed: int) -> Measured:
    """Relative difference of the quadratic form from the penalty."""
    x, w = _logistic(seed)
    return Measured(
        100 * abs(logistic.quadratic_penalty(x, w, 0.3) / logistic.penalty(x, w, 0.3) - 1), "% off", at_least=11
    )


@claim(
    "dropout.shrinkage_linear",
    "On a linear model, more dropout means more shrinkage.",
    source="wager2013dropout",
    verdict="holds-if",
    condition="Size is measured by the penalty itself, each weight times its feature's size.",
)
def shrinkage_linear(seed: int) -> Measured:
    """Least fall of the log size from one rate to the next greater one."""
    sizes = linear.shrinkage(seed, KEEPS)
    return Measured(float((-np.diff(np.log(sizes))).min()), "log size lost, least over the steps", at_least=0.03)


@claim(
    "dropout.linear_spread",
    "In a linear model, the spread over dropout masks tends to a constant as data grow, while the posterior's shrinks.",
    source="osband2016risk",
    verdict="holds",
)
def linear_spread(seed: int) -> Measured:
    """Spread over masks with 40 examples over that with 10,240."""
    masks, _ = linear.linear_spreads(seed, (40, 10_240))
    return Measured(float(masks[0] / masks[1]), "times smaller with 256 times the data", at_least=0.7, at_most=1.3)


@claim(
    "dropout.linear_posterior",
    "The exact posterior spread of the same linear model shrinks like one over the square root of the number of examples.",
    source="",
    verdict="holds",
)
def linear_posterior(seed: int) -> Measured:
    """Posterior sd with 40 examples over that with 10,240."""
    _, exact = linear.linear_spreads(seed, (40, 10_240))
    return Measured(float(exact[0] / exact[1]), "times smaller with 256 times the data", at_least=11, at_most=26)


@claim(
    "dropout.spread_peaks",
    "More dropout always means more spread over masks.",
    source="osband2016risk",
    verdict="fails",
    instead="The penalty shrinks the weights as well: with one weight the spread is greatest at rate 1/2 and falls beyond.",
    seeds=None,
)
def spread_peaks() -> Measured:
    """Spread of a one-weight model at rate 0.9 over that at rate 0.5; the formula says 0.6."""
    data = linear.problem(0, d=1)
    more, half = (linear.mask_spread(data.inputs, linear.ridge(data, keep), keep).mean() for keep in (0.1, 0.5))
    return Measured(float(more / half), "of the spread at rate 1/2", at_most=0.95)


@claim(
    "dropout.geometric_mean",
    "For linear softmax, switching dropout off gives exactly the normalised geometric mean of all thinned classifiers.",
    source="srivastava2014dropout, baldi2013understanding",
    verdict="holds",
)
def geometric_mean(seed: int) -> Measured:
    """KL divergence between the two."""
    found = averaging.softmax_averages(seed, hidden=False)
    return Measured(abs(averaging.kl(found.geometric, found.scaled)), "nats", at_most=1e-12)


@claim(
    "dropout.exact_average",
    "Switching dropout off computes the average prediction of all thinned networks.",
    source="baldi2013understanding",
    verdict="fails",
    instead="It computes neither the arithmetic mean nor, once a hidden layer follows the masks, the geometric one.",
)
def exact_average(seed: int) -> Measured:
    """The smaller of the divergences of the arithmetic (linear softmax) and of the geometric mean (hidden layer)."""
    flat, deep = averaging.softmax_averages(seed, hidden=False), averaging.softmax_averages(seed, hidden=True)
    gaps = averaging.kl(flat.arithmetic, flat.scaled), averaging.kl(deep.geometric, deep.scaled)
    return Measured(min(gaps), "nats", at_least=5e-4)


@claim(
    "dropout.deep_linear_mean",
    "In a deep linear network with independent masks, switching dropout off gives the mean output exactly.",
    source="baldi2013understanding",
    verdict="holds",
)
def deep_linear_mean(seed: int) -> Measured:
    """Relative difference; with ReLU layers it is a few per cent or more."""
    return Measured(averaging.relative(*averaging.chain_means(seed, relu=False)), "relative", at_most=1e-12)


@claim(
    "dropout.relu_mean",
    "With ReLU layers between the masks, the network with dropout off misses the mean output.",
    source="baldi2013understanding",
    verdict="holds",
)
def relu_mean(seed: int) -> Measured:
    """Relative difference of the outputs of a small ReLU network."""
    return Measured(averaging.relative(*averaging.chain_means(seed, relu=True)), "of the mean", at_least=0.02)


@claim(
    "dropout.stochastic_depth",
    "In a linear residual network, scaling each branch by its survival probability gives the mean over all shortened networks.",
    source="huang2016stochastic",
    verdict="holds",
)
def stochastic_depth(seed: int) -> Measured:
    """Relative difference of the outputs."""
    return Measured(averaging.relative(*averaging.depth_means(seed, relu=False)), "relative", at_most=1e-12)


@claim(
    "dropout.dropconnect",
    "DropConnect on a linear layer gives each output the variance that dropout gives it, but no correlation between outputs.",
    source="wan2013dropconnect",
    verdict="holds",
)
def dropconnect(seed: int) -> Measured:
    """Largest difference of the variances, or covariance under DropConnect, over the largest variance."""
    units, links = averaging.dropconnect_moments(seed)
    wrong = max(np.abs(np.diag(units - links)).max(), np.abs(links - np.diag(np.diag(links))).max())
    return Measured(float(wrong / np.diag(units).max()), "of the largest variance", at_most=1e-12)


@claim(
    "dropout.variational_penalty",
    "The divergence to a Gaussian prior is a ridge penalty times the keep probability, plus a constant.",
    source="gal2016dropout",
    verdict="holds-if",
    condition="The two peaks of the variational distribution are narrow and far apart, many times their width.",
)
def variational_penalty(seed: int) -> Measured:
    """Error of the approximation at width 0.01 and random peaks with |m| at least 0.3."""
    rng = numpy_generator(seed, "claim kl")
    m, keep = 0.3 + 2 * rng.random(), rng.uniform(0.2, 0.9)
    gap = abs(variational.mixture_kl(m, keep, 0.01) - variational.approximate_kl(m, keep, 0.01))
    return Measured(gap, "nats", at_most=1e-6)


@claim(
    "dropout.point_masses",
    "Dropout, with weights that are exactly 0 or exactly m, minimises the divergence to the posterior.",
    said_by="gal2016dropout",
    source="hron2018variational",
    verdict="fails",
    instead="For exact point masses it is infinite: it grows by log 10 with every tenfold narrowing. Its slope in m has a limit.",
    seeds=None,
)
def point_masses() -> Measured:
    """Growth of the divergence from width 0.01 to 0.001, in units of log 10."""
    rng = numpy_generator(0, "claim kl")
    m, keep = 0.3 + 2 * rng.random(), rng.uniform(0.2, 0.9)
    growth = variational.mixture_kl(m, keep, 0.001) - variational.mixture_kl(m, keep, 0.01)
    return Measured(growth / np.log(10), "× log 10 a decade", at_least=0.95, at_most=1.05)


@claim(
    "dropout.spike_and_slab",
    "Dropout is Bayesian inference with a spike-and-slab prior.",
    source="mitchell1988bayesian",
    verdict="fails",
    instead="Under that prior the data decide which weights are zero. Dropout keeps each with the same probability for any data.",
)
def spike_and_slab(seed: int) -> Measured:
    """Inclusion probability of the least certain relevant weight minus the mean of the irrelevant ones; dropout's gap is 0."""
    return Measured(variational.inclusion_gap(seed), "in probability", at_least=0.5)
