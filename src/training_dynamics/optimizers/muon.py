"""Muon written out, to be held against ``torch.optim.Muon``: Nesterov momentum, five rounds, a factor for the shape."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from training_dynamics.optimizers.newton_schulz import MUON
from training_dynamics.toolbox.seeds import torch_generator


@dataclass(frozen=True)
class MuonSettings:
    """Rate, momentum and decoupled decay, as ``torch.optim.Muon`` calls them; its factor is ``sqrt(max(1, out / in))``."""

    lr: float = 0.02
    momentum: float = 0.95
    weight_decay: float = 0.1
    rounds: int = 5


def in_bfloat16(matrix: Float[Tensor, "a b"], rounds: int = 5) -> Float[Tensor, "a b"]:
    """The rounds in torch's precision and order of operations, bfloat16 and fused additions: equal to torch's to the last bit."""
    x = matrix.bfloat16()
    tall = matrix.shape[0] > matrix.shape[1]
    x = x.T if tall else x
    x = x / x.norm().clamp(min=1e-7)
    a, b, c = MUON
    for _ in range(rounds):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


def muon_step(
    w: Float[Tensor, "out in"], velocity: Tensor, g: Tensor, settings: MuonSettings = MuonSettings()
) -> tuple[Tensor, Tensor]:
    """The weights and the velocity after one step.  Source: Jordan et al. 2024."""
    velocity = torch.lerp(velocity, g, 1 - settings.momentum)
    direction = in_bfloat16(torch.lerp(g, velocity, settings.momentum), settings.rounds).to(w.dtype)
    factor = max(1.0, w.shape[0] / w.shape[1]) ** 0.5
    return w * (1 - settings.lr * settings.weight_decay) - settings.lr * factor * direction, velocity


def against_torch(seed: int, shape: tuple[int, int], steps: int = 10) -> float:
    """The largest difference in any weight after ``steps`` steps of ours and torch's, on random gradients."""
    generator = torch_generator(seed, "optimizers torch muon", *shape)
    ours = torch.randn(shape, generator=generator)
    theirs = torch.nn.Parameter(ours.clone())
    s = MuonSettings()
    optimizer = torch.optim.Muon([theirs], lr=s.lr, momentum=s.momentum, weight_decay=s.weight_decay)
    velocity = torch.zeros(shape)
    for _ in range(steps):
        g = torch.randn(shape, generator=generator)
        theirs.grad = g.clone()
        optimizer.step()
        ours, velocity = muon_step(ours, velocity, g, s)
    return float((ours - theirs.detach()).abs().max())
