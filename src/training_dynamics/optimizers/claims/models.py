"""What the chapter asserts about rare facts, blocks of rates, momentum and weight decay, on models that can be worked out."""

from __future__ import annotations

import numpy as np

from coursekit.claim import Measured, claim
from training_dynamics.lab.once import once
from training_dynamics.optimizers import blocks, decay, memory, sensing, signs


def _spread(seed: int, rule: str, facts: int) -> float:
    losses = memory.balance(seed, rule, facts=facts)
    return float(losses.max() / losses.min())


@claim(
    "optimizers.memory_muon",
    "Spectral descent learns rare and frequent facts together, in whatever directions they are stored.",
    said_by="wang2025tail",
    source="wang2025tail",
    verdict="holds",
    vary={"facts": (16, 32, 64)},
)
def memory_muon(seed: int, facts: int = 32) -> Measured:
    """Largest over smallest loss of a fact when the weighted mean is a tenth of its start; random orthogonal embeddings."""
    return Measured(_spread(seed, "spectral", facts), "times", at_most=2.0)


@claim(
    "optimizers.memory_sign",
    "Descent along the sign of each entry learns rare and frequent facts together.",
    source="wang2025tail,li2026muon",
    verdict="fails",
    instead="It does where each fact has entries of its own. In random orthogonal directions it favours the frequent ones.",
    vary={"facts": (16, 32, 64)},
)
def memory_sign(seed: int, facts: int = 32) -> Measured:
    """The same ratio for sign descent."""
    return Measured(_spread(seed, "sign", facts), "times", at_least=8)


@claim(
    "optimizers.capacity",
    "After one step a linear memory recalls far more facts if the step was spectral than if it was the gradient's.",
    said_by="kim2026sharp",
    source="kim2026sharp",
    verdict="holds",
    vary={"d": (24, 32, 48), "exponent": (1.0, 1.5)},
)
def capacity(seed: int, d: int = 32, exponent: float = 1.0) -> Measured:
    """Facts recalled after one spectral step over those after one gradient step; d²/4 facts, mean of four memories."""
    return Measured(
        memory.one_step(seed, "spectral", d, exponent) / memory.one_step(seed, "gradient", d, exponent),
        "times",
        at_least=1.5,
    )


@claim(
    "optimizers.capacity_lasts",
    "The lead of the first step lasts.",
    source="kim2026sharp",
    verdict="fails",
    instead="After a hundred steps, each method at the best of its rates, both recall nearly the same number.",
    vary={"d": (16, 24), "exponent": (1.0, 1.5)},
)
def capacity_lasts(seed: int, d: int = 24, exponent: float = 1.0) -> Measured:
    """Facts recalled after a hundred spectral steps over those after a hundred of the gradient's; 5 d facts."""
    found = [memory.many_steps(seed, rule, d, exponent) for rule in ("spectral", "gradient")]
    return Measured(found[0] / found[1], "times", at_least=0.8, at_most=1.25)


@claim(
    "optimizers.capacity_left",
    "After a hundred steps neither method recalls all of 5 d facts, so that their number does not hide a difference.",
    verdict="holds",
    vary={"d": (16, 24), "exponent": (1.0, 1.5)},
)
def capacity_left(seed: int, d: int = 24, exponent: float = 1.0) -> Measured:
    """Share of the 5 d facts that the better of the two does not recall after a hundred steps."""
    most = max(memory.many_steps(seed, rule, d, exponent) for rule in ("spectral", "gradient"))
    return Measured(1 - most / (5 * d), "of the facts", at_least=0.15)


BLOCKS = {"count": (6, 12), "size": (12, 24)}


def _block(seed: int, turned: bool, count: int, size: int) -> float:
    h = blocks.hessian(seed, count, size, turned=turned)
    return blocks.condition(h, "block", size) / blocks.condition(h, "weight", size)


@claim(
    "optimizers.blocks_enough",
    "Adam works by giving each block its own rate; a rate for each weight buys little more.",
    said_by="zhang2025adammini",
    source="",
    verdict="holds-if",
    condition="scales differ between blocks, and the directions inside a block have nothing to do with the axes.",
    vary=BLOCKS,
)
def blocks_enough(seed: int, count: int = 6, size: int = 12) -> Measured:
    """Condition number with one rate a block over that with one rate a weight; blocks turned at random."""
    return Measured(_block(seed, True, count, size), "times", at_least=0.5, at_most=2)


@claim(
    "optimizers.blocks_axes",
    "A rate for each block is as good as a rate for each weight.",
    source="",
    verdict="fails",
    instead="Where the directions inside a block are the axes, a rate for each weight removes what the block's leaves.",
    vary=BLOCKS,
)
def blocks_axes(seed: int, count: int = 6, size: int = 12) -> Measured:
    """The same ratio for blocks that are not turned."""
    return Measured(_block(seed, False, count, size), "times", at_least=4)


@claim(
    "optimizers.blocks_one",
    "With one rate for all, blocks of different scale multiply the steps that descent needs.",
    source="zhang2024transformers",
    verdict="holds",
    vary=BLOCKS,
)
def blocks_one(seed: int, count: int = 6, size: int = 12) -> Measured:
    """Condition number with one rate over that with one rate a block; scales over three powers of ten."""
    h = blocks.hessian(seed, count, size)
    return Measured(blocks.condition(h, "one") / blocks.condition(h, "block", size), "times", at_least=100)


@claim(
    "optimizers.sign_momentum",
    "Momentum before a sign makes the mean step erf(μ/√2σ) with σ shrunk by √((1 − β)/(1 + β)).",
    source="",
    verdict="holds",
)
def sign_momentum(seed: int) -> Measured:
    """Largest relative difference between the formula and the mean of many steps, for β from 0 to 0.95 and a weak signal."""
    gaps = [signs.measured_sign(seed, 0.3, beta) / signs.mean_sign(0.3, 1, beta) - 1 for beta in (0.0, 0.5, 0.9, 0.95)]
    return Measured(float(np.abs(gaps).max()), "relative", at_most=0.025)


@claim(
    "optimizers.sign_free",
    "Momentum before a sign averages the noise away.",
    source="",
    verdict="fails",
    instead="Successive signs of an average are alike. At equal speed of a weak signal most of the noise's variance is left.",
    vary={"beta": (0.9, 0.8, 0.95)},
)
def sign_free(seed: int, beta: float = 0.9) -> Measured:
    """Variance of the walk of noise with momentum over that without, at rates that make a weak signal equally fast."""
    return Measured(signs.noise_kept(seed, beta), "of the variance", at_least=0.6, at_most=0.8)


@once
def _end(seed: int, rule: str, decoupled: bool, weight_decay: float) -> tuple[np.ndarray, np.ndarray]:
    t = decay.target(seed)
    return t, decay.end(t, rule, weight_decay, decoupled)


@claim(
    "optimizers.decay_ball",
    "With decoupled decay λ, spectral descent minimises the loss among matrices whose spectral norm is at most 1/λ.",
    said_by="chen2025muon",
    source="chen2025muon",
    verdict="holds",
    vary={"weight_decay": (0.5, 1.0, 2.0)},
)
def decay_ball(seed: int, weight_decay: float = 1.0) -> Measured:
    """Relative distance of the end of training from the target with its singular values cut off at 1/λ."""
    t, end = _end(seed, "spectral", True, weight_decay)
    return Measured(decay.gap(end, decay.capped(t, weight_decay)), "relative", at_most=2e-3)


@claim(
    "optimizers.decay_whitened",
    "Shampoo and SOAP with decoupled decay λ end where spectral descent does, at the minimum within spectral norm 1/λ.",
    verdict="holds-if",
    condition="gradients without noise",
    vary={"weight_decay": (0.5, 1.0, 2.0), "rule": ("Shampoo", "SOAP")},
)
def decay_whitened(seed: int, weight_decay: float = 1.0, rule: str = "SOAP") -> Measured:
    """Relative distance of the end of training from the target with its singular values cut off at 1/λ."""
    end = decay.whitened_end(seed, rule, weight_decay)
    return Measured(decay.gap(end, decay.capped(decay.target(seed), weight_decay)), "relative", at_most=5e-3)


@claim(
    "optimizers.decay_box",
    "With decoupled decay λ, Lion minimises the loss among weights of size at most 1/λ.",
    said_by="chen2024lion",
    source="chen2024lion",
    verdict="holds",
    vary={"weight_decay": (0.5, 1.0, 2.0)},
)
def decay_box(seed: int, weight_decay: float = 1.0) -> Measured:
    """Relative distance of the end of training from the target with its entries cut off at 1/λ."""
    t, end = _end(seed, "lion", True, weight_decay)
    return Measured(decay.gap(end, decay.clipped(t, weight_decay)), "relative", at_most=2e-3)


@claim(
    "optimizers.decay_is_l2",
    "Weight decay is an ℓ2 penalty.",
    source="chen2025muon",
    verdict="fails",
    instead="Decoupled, it is one for gradient descent; for spectral descent and Lion it is a limit that spares what lies below.",
    vary={"weight_decay": (0.5, 1.0, 2.0)},
)
def decay_is_l2(seed: int, weight_decay: float = 1.0) -> Measured:
    """The lesser relative distance, of spectral descent's and of Lion's end, from the minimum with the penalty."""
    ends = [_end(seed, rule, True, weight_decay) for rule in ("spectral", "lion")]
    return Measured(min(decay.gap(end, decay.shrunk(t, weight_decay)) for t, end in ends), "relative", at_least=0.1)


@claim(
    "optimizers.decay_coupled",
    "With the penalty in the gradient all three, gradient descent, Lion and spectral descent, end at the same shrunken weights.",
    source="",
    verdict="holds",
    vary={"weight_decay": (0.5, 1.0, 2.0)},
)
def decay_coupled(seed: int, weight_decay: float = 1.0) -> Measured:
    """Largest relative distance of the three ends from the target over 1 + λ."""
    ends = [_end(seed, rule, False, weight_decay) for rule in decay.RULES]
    return Measured(max(decay.gap(end, decay.shrunk(t, weight_decay)) for t, end in ends), "relative", at_most=2e-3)


SENSING = {"measurements": (54, 72, 108), "rank": (1, 2, 4), "size": (12, 16)}


@claim(
    "optimizers.flat_weights",
    "From fewer measurements than entries, spectral steps find flatter singular values than gradient steps of the same length.",
    source="abdelmoneum2026spectral",
    verdict="holds",
    vary=SENSING,
)
def flat_weights(seed: int, measurements: int = 72, rank: int = 2, size: int = 12) -> Measured:
    """How many more singular values count, by the squared nuclear over the squared Frobenius norm."""
    plain, flat = (sensing.recover(seed, rule, measurements, rank, size) for rule in sensing.RULES)
    return Measured(flat.directions - plain.directions, "more singular values", at_least=1.0)


@claim(
    "optimizers.muon_low_rank",
    "Spectral descent prefers matrices of low rank.",
    source="abdelmoneum2026spectral",
    verdict="fails",
    instead=(
        "It prefers equal singular values: a matrix of low rank it misses by more than gradient steps of the same length do, "
        "on the mean over problems."
    ),
    judge="mean",
    vary=SENSING,
)
def muon_low_rank(seed: int, measurements: int = 72, rank: int = 2, size: int = 12) -> Measured:
    """Its distance from the true matrix over that of gradient steps, less one; both fit the measurements."""
    plain, flat = (sensing.recover(seed, rule, measurements, rank, size) for rule in sensing.RULES)
    fits = plain.residual < 0.01 and flat.residual < 0.01
    return Measured(flat.error / plain.error - 1 if fits else np.nan, "of gradient steps' distance more", at_least=0.1)
