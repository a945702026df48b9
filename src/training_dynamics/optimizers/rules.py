"""Ten update rules for stacks of matrices ``(m, in, out)``: from a gradient to a direction, with what each remembers.

The caller takes the step, ``w <- w - rate * direction``.  All average gradients alike, ``beta = 0.9`` (Lion has its own
pair, and SGD's velocity is not dampened); second moments have ``beta2 = 0.95``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.lab.optimizers import AdamSettings, Moments, adam, momentum, zero_moments
from training_dynamics.optimizers.newton_schulz import orthogonalised, polished

Stack = Float[Tensor, "m in out"]
Memory = dict[str, Tensor]
Rule = Callable[[Memory, Stack, int, str], Stack]

BETA, BETA2, EPS = 0.9, 0.95, 1e-8
EVERY = 10  # Shampoo and SOAP look for their bases anew every so many steps
SETTINGS = AdamSettings(beta1=BETA, beta2=BETA2, eps=EPS)


def averaged(memory: Memory, name: str, new: Tensor, t: int, beta: float) -> Tensor:
    """The average of all ``new`` so far with weights ``beta^age``, its bias taken out; ``t`` counts from 1."""
    old = memory.get(name)
    memory[name] = (1 - beta) * new if old is None else torch.lerp(old, new, 1 - beta)
    return memory[name] / (1 - beta**t)


def sgd(memory: Memory, g: Stack, t: int, name: str) -> Stack:
    """The velocity ``0.9 v + g``."""
    memory["v"] = momentum(memory.get("v", torch.zeros_like(g)), g, BETA)
    return memory["v"]


def lion(memory: Memory, g: Stack, t: int, name: str) -> Stack:
    """The sign of ``0.9 m + 0.1 g``, where ``m <- 0.99 m + 0.01 g``.  Source: Chen et al. 2023."""
    m = memory.get("m", torch.zeros_like(g))
    memory["m"] = torch.lerp(m, g, 0.01)
    return torch.lerp(m, g, 0.1).sign()


def each_weight(memory: Memory, g: Stack, t: int, name: str) -> Stack:
    """Adam, with a rate for each weight."""
    zero = zero_moments(g)
    moments = Moments(memory.get("m", zero.m), memory.get("v", zero.v), t - 1)
    moments, direction = adam(moments, g, SETTINGS)
    memory["m"], memory["v"] = moments.m, moments.v
    return direction


def blocks(memory: Memory, g: Stack, t: int, name: str, one: str) -> Stack:
    """Adam with one rate a block: v is the mean of ``g^2`` over the block.

    ``one`` is ``"layer"`` or ``"unit"``, Adam-mini's blocks: the weights of one unit, or of one character in the table of
    embeddings.  Source: Zhang et al. 2025.
    """
    over = (1, 2) if one == "layer" else (2,) if name == "token" else (1,)
    m = averaged(memory, "m", g, t, BETA)
    v = averaged(memory, "v", g.square().mean(over, keepdim=True), t, BETA2)
    return m / (v.sqrt() + EPS)


def spectral(memory: Memory, g: Stack, t: int, name: str, rounds: int) -> Stack:
    """Muon without Nesterov: the average, made orthogonal in ``rounds`` rounds.

    With 0 rounds it is the average itself, at the length of an orthogonal factor; ``rounds=-1`` polishes five rounds until
    they settle.
    """
    m = averaged(memory, "m", g, t, BETA)
    if rounds == 0:
        return orthogonalised(m, 0) * min(g.shape[1:]) ** 0.5
    return polished(m) if rounds < 0 else orthogonalised(m, rounds)


def _factors(memory: Memory, g: Stack, t: int) -> tuple[Tensor, Tensor]:
    return averaged(memory, "L", g @ g.mT, t, BETA2), averaged(memory, "R", g.mT @ g, t, BETA2)


def shampoo(memory: Memory, g: Stack, t: int, name: str) -> Stack:
    """``L^(-1/4) m R^(-1/4)``, the matrices averaged.  Source: Gupta et al. 2018."""
    m, (left, right) = averaged(memory, "m", g, t, BETA), _factors(memory, g, t)
    if t <= 3 or t % EVERY == 0:
        memory["P"], memory["Q"] = _fourth_root(left), _fourth_root(right)
    return memory["P"] @ m @ memory["Q"]


def _fourth_root(matrix: Float[Tensor, "m n n"]) -> Float[Tensor, "m n n"]:
    values, vectors = torch.linalg.eigh(matrix)
    floor = 1e-6 * values.amax(-1, keepdim=True) + 1e-20
    return (vectors * values.clamp(min=0).add(floor).pow(-0.25)[:, None]) @ vectors.mT


def soap(memory: Memory, g: Stack, t: int, name: str) -> Stack:
    """Adam in slowly turning eigenbases of L and R, each turned by one step of orthogonal iteration.

    The first gradient only finds the bases, in which it is diagonal itself, so that it says nothing of variances.
    Source: Vyas et al. 2025.
    """
    m, (left, right) = averaged(memory, "m", g, t, BETA), _factors(memory, g, t)
    if t == 1:
        memory["P"], memory["Q"] = (torch.linalg.eigh(a)[1].flip(-1) for a in (left, right))
        return torch.zeros_like(g)
    if t % EVERY == 0:
        memory["P"], memory["Q"] = (torch.linalg.qr(a @ memory[k])[0] for a, k in ((left, "P"), (right, "Q")))
    p, q = memory["P"], memory["Q"]
    v = averaged(memory, "v", (p.mT @ g @ q).square(), t - 1, BETA2)
    return p @ ((p.mT @ m @ q) / (v.sqrt() + EPS)) @ q.mT


RULES: dict[str, Rule] = {
    "SGD": sgd,
    "Lion": lion,
    "Adam": each_weight,
    "Adam, one rate a layer": partial(blocks, one="layer"),
    "Adam, one rate a unit": partial(blocks, one="unit"),
    "Muon": partial(spectral, rounds=5),
    "Muon, polished": partial(spectral, rounds=-1),
    "normalised": partial(spectral, rounds=0),
    "Shampoo": shampoo,
    "SOAP": soap,
}
