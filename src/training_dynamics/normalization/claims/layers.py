"""What the chapter on normalisation asserts about its formulas: gradients, scale invariance, lengths."""

from __future__ import annotations

import numpy as np
import torch

from coursekit.claim import Measured, claim
from training_dynamics.normalization.batches import pair_gradient
from training_dynamics.normalization.layers import normalize_backward
from training_dynamics.normalization.nets import Net
from training_dynamics.normalization.scale import (
    curvature_ratio,
    identities,
    lengths,
    same_direction,
    weight_norm_growth,
)
from training_dynamics.toolbox.seeds import torch_generator

INVARIANT = ("batch", "layer", "rms", "weight")


@claim(
    "normalization.backward",
    "The gradient through BatchNorm, LayerNorm and RMSNorm is the projection derived by hand.",
    source="ioffe2015batch",
    verdict="holds",
)
def backward(seed: int) -> Measured:
    """Closed forms against automatic differentiation: the largest relative error of the three."""
    generator = torch_generator(seed, "normalization backward")
    z, g = torch.randn(2, 1, 9, 6, generator=generator, dtype=torch.float64)
    errors = []
    for kind in ("batch", "layer", "rms"):
        leaf = z.clone().requires_grad_()
        (exact,) = torch.autograd.grad((Net(kind, 1).normalize(leaf) * g).sum(), leaf)
        mine = normalize_backward(kind, z[0].numpy(), g[0].numpy())
        errors.append(np.abs(mine - exact[0].numpy()).max() / float(exact.abs().max()))
    return Measured(max(errors), "relative", at_most=1e-12)


@claim(
    "normalization.scale_invariance",
    "Multiplying the weights in front of a norm changes no output; their gradient is orthogonal to them and shrinks.",
    source="arora2019theoretical",
    verdict="holds-if",
    condition="there is no ε in the norm",
)
def scale_invariance(seed: int) -> Measured:
    """All three identities for all four norms in float64: the largest relative error."""
    found = [identities(seed, kind) for kind in INVARIANT]
    return Measured(max(max(i.outputs, i.radial, i.gradient) for i in found), "relative", at_most=1e-12)


@claim(
    "normalization.epsilon",
    "BatchNorm is scale invariant.",
    said_by="vanlaarhoven2017l2,arora2019theoretical",
    verdict="fails",
    instead="With the usual ε = 10⁻⁵ it is so only nearly: outputs change a little for usual weights, and much for tiny ones.",
)
def epsilon(seed: int) -> Measured:
    """Hidden weights divided by 1,000, with epsilon: relative change of the outputs."""
    return Measured(identities(seed, "batch", eps=1e-5, factor=1e-3).outputs, "of their size", at_least=0.05)


@claim(
    "normalization.effective_rate",
    "For scale-invariant weights only the ratio η/‖w‖² matters: c times the weights at c² times the rate gives the same run.",
    source="vanlaarhoven2017l2",
    verdict="holds-if",
    condition="there is no ε, and no weight decay",
)
def effective_rate(seed: int) -> Measured:
    """Two runs of 40 steps in float64, c = 3: the largest relative gap of their losses."""
    return Measured(same_direction(seed, 3.0), "relative", at_most=1e-9)


@claim(
    "normalization.curvature",
    "Doubling the weights in front of a norm divides the sharpness in these weights by exactly four, though the function stays.",
    source="dinh2017sharp",
    verdict="holds-if",
    condition="there is no ε in the norm",
)
def curvature(seed: int) -> Measured:
    """Sharpness in the hidden weights over that at twice the weights, minus four, in size."""
    return Measured(abs(curvature_ratio(seed, 2.0) - 4), at_most=1e-6)


@claim(
    "normalization.norm_law",
    "In every step of SGD with weight decay, ‖w′‖² = (1 − ηλ)²‖w‖² + η²‖g‖².",
    source="vanlaarhoven2017l2",
    verdict="holds-if",
    condition="w is scale invariant (no ε)",
)
def norm_law(seed: int) -> Measured:
    """The largest relative error over 100 steps on digits."""
    return Measured(lengths(seed, (0.5,), (0.02,), 100).law, "relative", at_most=1e-12)


@claim(
    "normalization.weight_norm_grows",
    "Without weight decay, the direction vector of a weight-normalised layer can only grow, by η²‖∂L/∂p‖² in each step.",
    source="salimans2016weight",
    verdict="holds",
)
def weight_norm_grows(seed: int) -> Measured:
    """Relative error of the law over 50 steps."""
    return Measured(weight_norm_growth(seed), "relative", at_most=1e-12)


@claim(
    "normalization.pair",
    "BatchNorm on a batch of two passes no gradient back.",
    source="",
    verdict="holds-if",
    condition="there is no ε, and each unit is normalised over two numbers (no convolution)",
)
def pair(seed: int) -> Measured:
    """Gradient through BatchNorm on two examples, over that through LayerNorm."""
    return Measured(pair_gradient(seed), "of LayerNorm's", at_most=1e-9)
