"""What Newton–Schulz costs beside a layer's own work, in multiplications and additions, counted as torch performs them."""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from training_dynamics.optimizers.newton_schulz import orthogonalised


def share(out: int, into: int, tokens: int, rounds: int = 5) -> float:
    r"""Operations of ``rounds`` rounds over those of forward and backward pass of the layer.

    With m the smaller and n the larger side a round costs :math:`4m^2n+2m^3` and both passes :math:`6mn` a token, so that the
    share is :math:`\text{rounds}\,(2n+m)\,m/(3nT)` for T tokens; for a square layer ``rounds * m / T``.
    """
    m, n = min(out, into), max(out, into)
    return rounds * (2 * n + m) * m / (3 * n * tokens)


def counted(out: int, into: int, tokens: int, rounds: int = 5) -> float:
    """The same share, counted by torch on tensors without contents."""
    w = torch.empty(out, into, device="meta", requires_grad=True)
    x = torch.empty(tokens, into, device="meta", requires_grad=True)
    with FlopCounterMode(display=False) as passes:
        (x @ w.T).sum().backward()
    with FlopCounterMode(display=False) as iteration, torch.no_grad():
        orthogonalised(w, rounds)
    return iteration.get_total_flops() / passes.get_total_flops()
