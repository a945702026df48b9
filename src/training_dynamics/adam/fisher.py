"""Where Adam's preconditioner stands among Fisher matrices: directions beside the damped natural-gradient step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from training_dynamics.adam.network import Matrix, Network, Theta, pooled_digits
from training_dynamics.lab.optimizers import DEFAULT, Moments, adam, zero_moments
from training_dynamics.toolbox.seeds import numpy_generator

STEPS = (50, 400)
DAMPINGS = (1e-2, 1e-4)
DIRECTIONS = ("gradient", "sign", "adam", "diagonal", "diagonal root", "empirical", "kfac", "block", "newton")


@dataclass(frozen=True)
class Snapshot:
    """A point of an Adam run: the parameters, Adam's averages, and the network with its data."""

    network: Network
    theta: Theta
    moments: Moments

    @property
    def second_moment(self) -> Theta:
        """The bias-corrected average ``v_hat`` of squared minibatch gradients."""
        return self.moments.v / (1 - DEFAULT.beta2**self.moments.t)


@cache
def snapshots(
    seed: int, steps: tuple[int, ...] = STEPS, lr: float = 0.01, batch: int = 32, hidden: int = 16
) -> dict[int, Snapshot]:
    """Train :func:`pooled_digits` by Adam on random batches and keep the points after the given numbers of steps (0: start)."""
    network = pooled_digits(seed, hidden=hidden)
    theta = network.start(seed)
    moments = zero_moments(theta)
    rng, found = numpy_generator(seed, "adam", "batches"), {}
    for t in range(max(steps) + 1):
        if t in steps:
            found[t] = Snapshot(network, theta, moments)
        chosen = rng.choice(len(network.y), batch, replace=False)
        moments, direction = adam(moments, network.gradient(theta, chosen))
        theta = theta - lr * direction
    return found


def point(seed: int, step: int, hidden: int = 16) -> Snapshot:
    """The point of the run after ``step`` steps."""
    return snapshots(seed, STEPS if step in STEPS else (step,), hidden=hidden)[step]


@dataclass(frozen=True)
class Kronecker:
    """One layer's factors: ``inputs`` A = E[a a^T], a = (input, 1); ``outputs`` G = E[s s^T], s the pre-activations' gradient."""

    inputs: np.ndarray
    outputs: np.ndarray

    def solve(self, g: np.ndarray, damping: float) -> np.ndarray:
        """``(G kron A + damping I)^-1 g`` for a gradient ``g`` of shape ``(outputs, inputs)``, by two eigenbases."""
        (a, u), (b, v) = np.linalg.eigh(self.inputs), np.linalg.eigh(self.outputs)
        return v @ ((v.T @ g @ u) / (np.outer(b.clip(0), a.clip(0)) + damping)) @ u.T


def kronecker_factors(network: Network, theta: Theta) -> list[Kronecker]:
    """K-FAC's factors of both layers, with the expectation over the model's labels taken exactly.

    Source: Martens and Grosse 2015, section 2 (there the expectation is sampled).
    """
    f = network.forward(theta)
    n, k = f.p.shape
    score = np.sqrt(f.p)[..., None] * (f.p[:, None] - np.eye(k))  # (n, c, k): by the logits, for every label c
    deeper = (score @ f.w2) * (1 - f.h**2)[:, None]
    layers = []
    for inputs, scores in ((network.x, deeper), (f.h, score)):
        a = np.column_stack([inputs, np.ones(n)])
        flat = scores.reshape(n * k, -1)
        layers.append(Kronecker(a.T @ a / n, flat.T @ flat / n))
    return layers


def kfac_direction(network: Network, theta: Theta, g: Theta, damping: float) -> Theta:
    """``(F_kfac + damping I)^-1 g``, layer by layer."""
    w1, b1, w2, b2 = network.parts(g)
    first, second = (
        layer.solve(np.column_stack([w, b]), damping)
        for layer, w, b in zip(kronecker_factors(network, theta), (w1, w2), (b1, b2))
    )
    return np.concatenate([first[:, :-1].ravel(), first[:, -1], second[:, :-1].ravel(), second[:, -1]])


def layer_blocks(network: Network) -> list[slice]:
    """The parameters of each layer, weights and bias together."""
    first = sum(network.sizes[:2])
    return [slice(0, first), slice(first, sum(network.sizes))]


def damped(matrix: Matrix, g: Theta, damping: float) -> Theta:
    """``(M + damping I)^-1 g``."""
    return np.linalg.solve(matrix + damping * np.eye(len(g)), g)


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """``a . b / (|a| |b|)``, for vectors or matrices."""
    return float(np.vdot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))


@dataclass(frozen=True)
class Curvatures:
    """The matrices of one snapshot: true and empirical Fisher, Hessian; and the full gradient."""

    fisher: Matrix
    empirical: Matrix
    hessian: Matrix
    gradient: Theta


@cache
def curvatures(seed: int, step: int, hidden: int = 16) -> Curvatures:
    """The matrices at a :func:`point` of the run (0: the start)."""
    s = point(seed, step, hidden)
    net = s.network
    return Curvatures(net.fisher(s.theta), net.empirical_fisher(s.theta), net.hessian(s.theta), net.gradient(s.theta))


@cache
def directions(seed: int, step: int, damping: float, hidden: int = 16) -> dict[str, Theta]:
    """Each of ``DIRECTIONS``, and ``natural``, the step ``(F + damping I)^-1 g``; g is the full-batch gradient.

    ``adam`` is ``g / (sqrt(v_hat) + eps)``: Adam's preconditioner on the same gradient, so that only the matrices differ.
    """
    s, c = point(seed, step, hidden), curvatures(seed, step, hidden)
    g, f = c.gradient, c.fisher
    return {
        "natural": damped(f, g, damping),
        "gradient": g,
        "sign": np.sign(g),
        "adam": g / (np.sqrt(s.second_moment) + DEFAULT.eps),
        "diagonal": g / (np.diag(f) + damping),
        "diagonal root": g / np.sqrt(np.diag(f) + damping),
        "empirical": damped(c.empirical, g, damping),
        "kfac": kfac_direction(s.network, s.theta, g, damping),
        "block": np.concatenate([damped(f[part, part], g[part], damping) for part in layer_blocks(s.network)]),
        "newton": damped(c.hessian, g, damping),
    }


def cosines(seed: int, step: int, damping: float, hidden: int = 16) -> dict[str, float]:
    """The Euclidean cosine of each of ``DIRECTIONS`` with the natural step; it changes with the coordinates."""
    found = directions(seed, step, damping, hidden)
    return {name: cosine(found[name], found["natural"]) for name in DIRECTIONS}


def shares(seed: int, step: int, damping: float, hidden: int = 16) -> dict[str, float]:
    """The share of the attainable decrease that each of ``DIRECTIONS`` reaches at its best length, in any coordinates.

    With M = F + damping I the model ``delta.M delta / 2 - g.delta`` falls by ``(g.d)^2 / (2 d.M d)`` along d at its best
    length, and by ``g.M^-1 g / 2`` at most.  The ratio is the squared cosine of d and ``M^-1 g`` in the metric M.
    """
    found, c = directions(seed, step, damping, hidden), curvatures(seed, step, hidden)
    most = float(c.gradient @ found["natural"])

    def share(d: Theta) -> float:
        return float((c.gradient @ d) ** 2 / (d @ c.fisher @ d + damping * (d @ d)) / most)

    return {name: share(found[name]) for name in DIRECTIONS}


def empirical_gap(seed: int, step: int, hidden: int = 16) -> float:
    """``|F_empirical - F| / |F|`` in the Frobenius norm."""
    c = curvatures(seed, step, hidden)
    return float(np.linalg.norm(c.empirical - c.fisher) / np.linalg.norm(c.fisher))


@cache
def monte_carlo_gaps(seed: int, repeats: int = 12) -> dict[int, float]:
    """Root mean square of ``|F_mc - F| / |F|`` with 1 and with 25 labels per example, on a small network at its start."""
    network = pooled_digits(seed, images=100, hidden=4)
    theta, rng = network.start(seed), numpy_generator(seed, "adam", "labels")
    true = network.fisher(theta)
    return {
        draws: float(
            np.sqrt(
                np.mean([np.sum((network.monte_carlo_fisher(theta, draws, rng) - true) ** 2) for _ in range(repeats)])
                / np.sum(true**2)
            )
        )
        for draws in (1, 25)
    }


def expected_square(network: Network, theta: Theta, batch: int) -> Theta:
    """``E[g_B^2]`` over batches B drawn without replacement: what v estimates while theta stands still; shape ``(P,)``.

    ``E[g_B^2] = g^2 + (n - B) / (B (n - 1)) (mean of g_i^2 - g^2)``, the variance of a mean of a finite population.
    """
    n = len(network.y)
    if not 1 <= batch <= n:
        raise ValueError(f"batch must be between 1 and the {n} examples, got {batch}")
    each = network.gradients(theta)
    g = each.mean(0)
    return g**2 + (n - batch) / (batch * (n - 1)) * ((each**2).mean(0) - g**2)


def second_moment_share(seed: int, batch: int, step: int = 50, hidden: int = 16) -> float:
    """The sum of ``E[g_B^2]`` over the trace of the Fisher matrix: 1 if v were the Fisher diagonal."""
    s = point(seed, step, hidden)
    return float(expected_square(s.network, s.theta, batch).sum() / np.trace(curvatures(seed, step, hidden).fisher))


def shape_correlation(seed: int, step: int, hidden: int = 16) -> float:
    """The correlation, over parameters, of the logarithms of ``v_hat`` and of the Fisher diagonal.

    It is 1 if one is a power of the other, and does not see a common factor.  Parameters of pixels that are always zero have
    neither and are left out.
    """
    v, f = point(seed, step, hidden).second_moment, np.diag(curvatures(seed, step, hidden).fisher)
    used = (v > 0) & (f > 0)
    return float(np.corrcoef(np.log(v[used]), np.log(f[used]))[0, 1])


def neuron_blocks(network: Network) -> list[list[np.ndarray]]:
    """The incoming weights and bias of each unit, for each layer."""
    sizes, d = network.sizes, network.x.shape[1]
    layers, first = [], 0
    for units, width, weights in ((network.hidden, d, sizes[0]), (network.classes, network.hidden, sizes[2])):
        layers.append(
            [
                np.append(np.arange(first + u * width, first + (u + 1) * width), first + weights + u)
                for u in range(units)
            ]
        )
        first += weights + units
    return layers


def block_energy(seed: int, step: int, hidden: int = 16) -> tuple[float, float]:
    """The share of the squared entries of each layer's Hessian that lies within single units: hidden, output.

    Were the entries all alike, the shares would be 1/hidden and 1/10.
    """
    h, network = curvatures(seed, step, hidden).hessian, point(seed, step, hidden).network
    shares = []
    for units in neuron_blocks(network):
        layer = np.concatenate(units)
        inside = sum(np.sum(h[np.ix_(u, u)] ** 2) for u in units)
        shares.append(float(inside / np.sum(h[np.ix_(layer, layer)] ** 2)))
    return shares[0], shares[1]
