"""What a norm does to gradients in depth, before the first step: they grow towards the input, unless blocks are residual."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from training_dynamics.normalization.nets import Net
from training_dynamics.normalization.rates import BATCH, images, order


@cache
def layer_gradients(
    seed: int, kind: str, depth: int, residual: bool = False, width: int = 32, batch: int = BATCH
) -> np.ndarray:
    """Lengths of the gradients of the hidden matrices at the start, float64, shape ``(depth,)``, input side first.

    h <- relu(norm(W h)), or h <- h + relu(norm(W h)) from the second layer on when ``residual``; He initialisation.
    Source: Yang et al. 2019 (arXiv:1902.08129); the residual cure is that of De and Smith 2020 (arXiv:2002.10444).
    """
    net, split = Net(kind, depth, width=width), images(seed)
    index = order(seed, 1, batch)[0]
    parameters = [p.requires_grad_() for p in net.initial(seed, dtype=torch.float64)]
    matrices = [parameters[i] for i in range(0, depth * net.per_layer, net.per_layer)]
    h = split.x_train[index].double()[None]
    for layer, matrix in enumerate(matrices):
        out = torch.relu(net.normalize(h @ matrix.mT))
        h = h + out if residual and layer else out
    logits = h @ parameters[-2].mT + parameters[-1]
    loss = torch.nn.functional.cross_entropy(logits[0], split.y_train[index])
    return np.array([float(g.norm()) for g in torch.autograd.grad(loss, matrices)])


def growth(seed: int, kind: str, depth: int, residual: bool = False, width: int = 32, batch: int = BATCH) -> float:
    """The gradient of the second hidden matrix over that of the last: how many times it has grown on its way back."""
    found = layer_gradients(seed, kind, depth, residual, width, batch)
    return float(found[1] / found[-1])
