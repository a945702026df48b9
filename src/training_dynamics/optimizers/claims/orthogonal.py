"""What the chapter asserts about Newton–Schulz, torch's Muon, its relatives, and what they cost."""

from __future__ import annotations

import numpy as np
import torch

from coursekit.claim import Measured, claim
from training_dynamics.optimizers import cost, muon, newton_schulz as ns, norms, whitening
from training_dynamics.toolbox.seeds import torch_generator

SHAPES = ((64, 64), (64, 256), (48, 16))


def _gaussian(seed: int, shape: tuple[int, int]) -> torch.Tensor:
    generator = torch_generator(seed, "optimizers newton schulz", *shape)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def _values(g: torch.Tensor) -> np.ndarray:
    """The singular values of g over its Frobenius norm, largest first."""
    return np.asarray((torch.linalg.svdvals(g) / torch.linalg.vector_norm(g)).numpy())


@claim(
    "optimizers.ns_polynomial",
    "Newton–Schulz leaves the singular vectors and takes each singular value through its polynomial.",
    source="bernstein2024old",
    verdict="holds",
)
def ns_polynomial(seed: int) -> Measured:
    """Largest difference between five rounds on a matrix and U p(S) V^T from its singular value decomposition; three shapes."""
    gaps = []
    for shape in SHAPES:
        g = _gaussian(seed, shape)
        u, _, v = torch.linalg.svd(g, full_matrices=False)
        exact = (u * torch.tensor(ns.polynomial(_values(g)))) @ v
        gaps.append(float((ns.orthogonalised(g) - exact).abs().max()))
    return Measured(max(gaps), "largest entry", at_most=1e-10)


@claim(
    "optimizers.ns_direction",
    "Five rounds on a Gaussian matrix point along its orthogonal factor.",
    source="jordan2024muon",
    verdict="holds",
)
def ns_direction(seed: int) -> Measured:
    """Least cosine with U V^T over three shapes."""
    cosines = []
    for shape in SHAPES:
        g = _gaussian(seed, shape)
        x, exact = ns.orthogonalised(g).numpy(), norms.polar(g.numpy())
        cosines.append(float(np.sum(x * exact) / np.linalg.norm(x) / np.linalg.norm(exact)))
    return Measured(min(cosines), "", at_least=0.95, scale=0.02)


@claim(
    "optimizers.ns_band",
    "In Gaussian matrices of up to 64 by 256 entries five rounds bring every singular value above 2 % of the largest "
    "between 0.5 and 1.25.",
    source="jordan2024muon",
    verdict="holds",
)
def ns_band(seed: int) -> Measured:
    """The farthest from the middle, 0.875, that any such value ends; Gaussian matrices of three shapes."""
    found = []
    for shape in SHAPES:
        s = _values(_gaussian(seed, shape))
        found.append(np.abs(ns.polynomial(s[s >= 0.02 * s[0]]) - 0.875).max())
    return Measured(float(max(found)), "from 0.875", at_most=0.375, scale=0.05)


@claim(
    "optimizers.ns_converges",
    "With more rounds Muon's iteration converges to the orthogonal factor.",
    source="",
    verdict="fails",
    instead="Its polynomial does not rest at 1: singular values wander between 0.68 and 1.14 for ever. The cubic converges.",
    seeds=None,
)
def ns_converges() -> Measured:
    """Largest distance from 1 after a hundred rounds, over starting values from 0.05 to 1."""
    return Measured(float(np.abs(ns.polynomial(np.linspace(0.05, 1, 2000), 100) - 1).max()), "from 1", at_least=0.15)


@claim(
    "optimizers.ns_small",
    "Five rounds set all singular values to about 1.",
    source="magakyan2026spectral",
    verdict="fails",
    instead="Near zero a round multiplies by 3.44, so that five cannot lift what is below a thousandth of the norm to one half.",
    seeds=None,
)
def ns_small() -> Measured:
    """The largest end point of starting values up to 0.0005 of the Frobenius norm."""
    return Measured(float(ns.polynomial(np.linspace(0, 5e-4, 500)).max()), "singular value", at_most=0.25, scale=0.005)


@claim(
    "optimizers.torch_muon",
    "Thirty lines give what torch.optim.Muon gives.",
    source="jordan2024muon",
    verdict="holds",
)
def torch_muon(seed: int) -> Measured:
    """Largest difference in any weight after ten steps on the same gradients; three shapes."""
    return Measured(
        max(muon.against_torch(seed, shape) for shape in ((32, 32), (48, 16), (16, 64))), "weight", at_most=1e-5
    )


@claim(
    "optimizers.soap_is_shampoo",
    "In their ideal form SOAP and Shampoo take the same step.",
    said_by="lu2025soap",
    source="lu2025soap",
    verdict="holds-if",
    condition="the covariance of the gradient is one Kronecker product.",
)
def soap_is_shampoo(seed: int) -> Measured:
    """Relative distance of the two steps, averages replaced by exact expectations."""
    return Measured(whitening.soap_gap(seed, 1), "relative", at_most=1e-10)


@claim(
    "optimizers.soap_is_not_shampoo",
    "In their ideal form SOAP and Shampoo take the same step, whatever the gradients' covariance is.",
    source="",
    verdict="fails",
    instead="A sum of two Kronecker products is enough to part them.",
)
def soap_is_not_shampoo(seed: int) -> Measured:
    """Median relative distance of the two steps over twenty covariances that are sums of two Kronecker products."""
    return Measured(
        float(np.median([whitening.soap_gap(20 * seed + i, 2) for i in range(20)])), "of the step", at_least=0.08
    )


@claim(
    "optimizers.cost",
    "Five rounds cost 5 m/T of a square layer's work, m its width and T the tokens of a batch.",
    source="jordan2024muon",
    verdict="holds",
    seeds=None,
)
def cost_formula() -> Measured:
    """Largest relative difference between the formula and the operations that torch counts, over four layers."""
    layers = ((768, 768, 2**19), (3072, 768, 2**14), (48, 60, 64), (27, 48, 64))
    return Measured(max(abs(cost.counted(*a) / cost.share(*a) - 1) for a in layers), "relative", at_most=1e-12)


@claim(
    "optimizers.too_expensive",
    "Muon is too expensive for large networks.",
    source="jordan2024muon",
    verdict="fails",
    instead="The larger the batch, the less: with a million tokens a step, Muon's rounds on a layer 4,096 wide are a fiftieth "
    "of its passes. In a small network with small batches they cost more than all the rest.",
    seeds=None,
)
def too_expensive() -> Measured:
    """Counted operations of five rounds over those of both passes, width 4,096, 2^20 tokens."""
    return Measured(cost.counted(4096, 4096, 2**20), "of the passes", at_most=0.04)


@claim(
    "optimizers.second_order",
    "Second order is too expensive.",
    source="",
    verdict="fails",
    instead="Counted in operations Shampoo and SOAP, their bases renewed every ten steps, cost less than Muon's rounds: a "
    "hundredth of a layer's passes, for one 4,096 wide and a million tokens. With small batches they, too, cost most.",
    seeds=None,
    vary={"rule": ("SOAP", "Shampoo"), "width": (4096, 2048)},
)
def second_order(rule: str = "SOAP", width: int = 4096) -> Measured:
    """Operations of a step over those of both passes, 2^20 tokens; products as torch counts them, decompositions by textbook."""
    return Measured(cost.counted_bases(rule, width, 2**20), "of the passes", at_most=0.0185)
