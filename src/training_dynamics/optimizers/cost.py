"""What Newton–Schulz, Shampoo and SOAP cost beside a layer's own work, in operations, counted as torch performs them."""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from training_dynamics.optimizers.newton_schulz import orthogonalised
from training_dynamics.optimizers.rules import EVERY, RULES, Memory


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


DECOMPOSED = {
    "Shampoo": 2 * 9,
    "SOAP": 2 * 8 / 3,
}  # times m^3, textbook counts: two eigenbases, or two QR with their factors


def counted_bases(rule: str, width: int, tokens: int) -> float:
    """The operations of a step of ``"Shampoo"`` or ``"SOAP"`` over those of a square layer's passes: the mean of ten steps.

    Products are counted by torch; the decompositions, once in the ten steps, are not and take DECOMPOSED.
    """
    g, memory = torch.empty(1, width, width, device="meta"), Memory()
    for step in range(1, EVERY):
        RULES[rule](memory, g, step, "first")
    with FlopCounterMode(display=False) as products:
        for step in range(EVERY, 2 * EVERY):
            RULES[rule](memory, g, step, "first")
    operations = products.get_total_flops() + DECOMPOSED[rule] * width**3
    return operations / EVERY / (6 * width**2 * tokens)
